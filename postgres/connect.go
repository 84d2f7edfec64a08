package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seosa-dev/saga"
)

// settleSQL sets what every connection needs, whoever opened it and whatever the server's defaults.
//
// The statements here are right under read committed, and are not written to be tried again after
// a serialization failure. The tables are often empty when a statement's plan is made and large a
// minute later, so a plan that reads them whole, or reads and sorts all that is due to take the
// first few, must not be chosen, and its high price must not start the compiler. Keepalives let the server notice within seconds that a machine is
// gone, and free its locks.
const settleSQL = `select set_config(name, value, false) from (values
	('default_transaction_isolation', 'read committed'),
	('idle_in_transaction_session_timeout', '10s'), ('idle_session_timeout', '0'),
	('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'), ('jit', 'off'),
	('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '2'), ('tcp_keepalives_count', '3')
	) as settings (name, value)`

func settle(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, settleSQL)
	return err
}

// settleAppends is for connections of which each statement is the same thing every time. By its own
// rules the server would plan some of them anew for ever, a millisecond each: those that were cheap
// while the tables were small.
func settleAppends(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `select set_config('plan_cache_mode', 'force_generic_plan', false)`)
	return errors.Join(err, settle(ctx, conn))
}

// parse reads a URL. No error of it shows the password.
func parse(address string) (*pgxpool.Config, error) {
	if address == "" {
		return nil, fmt.Errorf("%w: postgres: the URL is empty", saga.ErrInvalid)
	}
	conf, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("%w: postgres: the URL cannot be used%s; it looks like postgres://user@host:5432/database?search_path=schema",
			saga.ErrInvalid, reason(address, err))
	}
	if conf.ConnConfig.RuntimeParams["application_name"] == "" {
		conf.ConnConfig.RuntimeParams["application_name"] = "seosa"
	}
	return conf, nil
}

// reason is what is wrong with a URL. If it cannot be taken apart it is not known which part of it
// is the password, so nothing is said.
func reason(address string, err error) string {
	u, broken := url.Parse(address)
	if broken != nil || u.Scheme == "" {
		return ""
	}
	_, text, found := strings.Cut(err.Error(), "`: ")
	password, _ := u.User.Password()
	for _, secret := range []string{password, u.Query().Get("password"), u.Query().Get("sslpassword")} {
		if !found || secret != "" && strings.Contains(text, secret) {
			return ""
		}
	}
	return ": " + text
}

// place says where tables are, for errors.
type place struct{ schema, database, host string }

func placeOf(c *pgx.ConnConfig) place {
	return place{database: c.Database, host: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))}
}

func (p place) String() string {
	return fmt.Sprintf("schema %q of database %q at %s", p.schema, p.database, p.host)
}

// dial opens a connection that is no part of the pool.
func dial(ctx context.Context, pool *pgxpool.Pool) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	if err := settle(ctx, conn); err != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
}
