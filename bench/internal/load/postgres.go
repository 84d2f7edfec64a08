package load

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// settings are those that decide what a commit costs.
var settings = []string{
	"fsync", "synchronous_commit", "full_page_writes", "wal_level", "wal_compression", "shared_buffers",
	"max_wal_size", "checkpoint_timeout", "max_connections", "autovacuum",
}

// patience is how long dropping may wait for sessions that have not ended yet.
const patience = 30 * time.Second

// postgresVenue makes a schema for each case and looks on over a connection of its own.
type postgresVenue struct {
	base *url.URL
	conn *pgx.Conn
	cpu  *processes // nil if the server's processes are not on this machine
}

// OpenPostgres connects to the server whose address is in SAGA_POSTGRES. The other figures of
// [Usage] are of the whole server, so nobody else may use it meanwhile.
func OpenPostgres(ctx context.Context, address string) (Venue, error) {
	if address == "" {
		return nil, errors.New(`no PostgreSQL: set SAGA_POSTGRES, for example with eval "$(.ci/servers start)"`)
	}
	base, err := url.Parse(address)
	if err != nil || base.Scheme == "" {
		return nil, errors.New("SAGA_POSTGRES should be a URL like postgres://user@127.0.0.1:5432/name")
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("connect to SAGA_POSTGRES: %w", err)
	}
	v := &postgresVenue{base: base, conn: conn}
	var pid, port int
	err = conn.QueryRow(ctx, `select pg_backend_pid(), coalesce(inet_client_port(), 0)`).Scan(&pid, &port)
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	v.cpu = processesOf(pid, port)
	return v, nil
}

func (v *postgresVenue) Fresh(ctx context.Context) (string, error) {
	name := "bench_" + strings.ToLower(rand.Text())
	if _, err := v.conn.Exec(ctx, `create schema `+name); err != nil {
		return "", fmt.Errorf("make a schema; may this user create any? %w", err)
	}
	own := *v.base
	query := own.Query()
	query.Set("search_path", name)
	own.RawQuery = query.Encode()
	return own.String(), nil
}

func (v *postgresVenue) Drop(ctx context.Context, address string) error {
	own, err := url.Parse(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if v.conn.IsClosed() { // an interrupt ends a statement together with its connection
		if v.conn, err = pgx.Connect(ctx, v.base.String()); err != nil {
			return err
		}
	}
	_, err = v.conn.Exec(ctx, `drop schema `+own.Query().Get("search_path")+` cascade`)
	return err
}

// Settle writes a checkpoint: from it on, the first change of each page goes to the log as a whole
// page, and that should meet all contestants alike.
func (v *postgresVenue) Settle(ctx context.Context) error {
	_, err := v.conn.Exec(ctx, `checkpoint`)
	return err
}

// Usage counts transactions by their ids, which only those that write have. To look does not take
// one. Savepoints have ids of their own; nobody here uses them but a contestant that says so.
func (v *postgresVenue) Usage(ctx context.Context) (Usage, error) {
	u := Unknown()
	err := v.conn.QueryRow(ctx, `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8,
		pg_snapshot_xmax(pg_current_snapshot())::text::float8`).Scan(&u.WAL, &u.Transactions)
	if err == nil && v.cpu != nil {
		u.CPU, err = v.cpu.seconds()
	}
	return u, err
}

func (v *postgresVenue) Facts(ctx context.Context) ([]string, error) {
	var version string
	if err := v.conn.QueryRow(ctx, `show server_version`).Scan(&version); err != nil {
		return nil, err
	}
	rows, err := v.conn.Query(ctx, `select name || '=' || current_setting(name) from pg_settings
		where name = any($1) order by array_position($1, name)`, settings)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	facts := []string{"PostgreSQL " + version + ": " + strings.Join(all, ", ")}
	if v.cpu == nil {
		return append(facts, "the server is not on this machine, so its processor time is not known"), err
	}
	if dir, e := dataFolderOf(ctx, v.conn); e == nil {
		facts = append(facts, "its data on: "+FileSystem(dir)+"; on the same machine as the load")
	}
	return facts, err
}

// dataFolderOf is known only to users that may read all settings.
func dataFolderOf(ctx context.Context, conn *pgx.Conn) (dir string, err error) {
	return dir, conn.QueryRow(ctx, `show data_directory`).Scan(&dir)
}

func (v *postgresVenue) Close() error { return v.conn.Close(context.Background()) }
