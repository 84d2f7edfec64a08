package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
)

// querier is a pool or a connection.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

const oldestServer = 140000

const serverSQL = `select current_setting('server_version_num')::int, current_setting('server_version'),
	coalesce(current_schema(), ''), current_setting('server_encoding'),
	pg_is_in_recovery() or current_setting('transaction_read_only')::bool,
	current_setting('fsync')::bool, current_setting('full_page_writes')::bool,
	current_setting('synchronous_commit'), current_setting('synchronous_standby_names') <> ''`

// server is what a server says about itself.
type server struct {
	version          int
	name             string
	schema, encoding string
	readOnly         bool

	fsync, fullPages bool
	commit           string
	standbys         bool
}

func askServer(ctx context.Context, db querier) (v server, err error) {
	err = db.QueryRow(ctx, serverSQL).Scan(&v.version, &v.name, &v.schema, &v.encoding, &v.readOnly,
		&v.fsync, &v.fullPages, &v.commit, &v.standbys)
	return v, err
}

// usable says why this server cannot be used, if so.
func (v server) usable(writing bool) error {
	switch {
	case v.version < oldestServer:
		return fmt.Errorf("the server is PostgreSQL %s, and version 14 or later is needed; update it", v.name)
	case v.readOnly && writing:
		return errors.New("the server only reads: it is a standby, or default_transaction_read_only is on; use the address of the primary, or name all hosts in the URL with target_session_attrs=read-write")
	case v.schema == "":
		return errors.New("the search_path of the URL names no schema that exists and that the role may use; correct it, create the schema first, or grant usage on it to the role")
	case v.encoding != "UTF8" && v.encoding != "SQL_ASCII":
		return fmt.Errorf("the database's encoding is %s, which cannot hold all text; use a database that was created with encoding 'UTF8'", v.encoding)
	}
	return nil
}

// warn logs every setting by which the server may lose what it acknowledged.
func (v server) warn(logger *slog.Logger) {
	if !v.fsync {
		logger.Warn("postgres: fsync is off: if the server's machine stops, the database may be damaged and sagas lost; set fsync = on in postgresql.conf and reload")
	}
	if !v.fullPages {
		logger.Warn("postgres: full_page_writes is off: if the server's machine stops, the database may be damaged; set full_page_writes = on in postgresql.conf and reload, unless the file system never writes a page in part")
	}
	switch {
	case v.commit == "off":
		logger.Warn("postgres: synchronous_commit is off: a crash of the server loses starts and outcomes of the last moments that were acknowledged, and steps may run twice; run: alter role ... set synchronous_commit = on, or take it out of the URL")
	case v.standbys && (v.commit == "local" || v.commit == "remote_write"):
		logger.Warn("postgres: synchronous_commit is "+v.commit+" although there are synchronous standbys: a failover may lose what was acknowledged; run: alter role ... set synchronous_commit = on",
			"synchronous_commit", v.commit)
	}
}
