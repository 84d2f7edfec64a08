package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// Config tells [Open] where the books are and what they are held against. Folder is required.
type Config struct {
	// Folder has the six files of the services.
	Folder string
	// Limit is how many tokens of a line may be active where no administrator has said otherwise.
	// Default: 50.
	Limit int64
	// Now must be the clock of the services. Default: time.Now.
	Now func() time.Time
	// Patience is how long a saga may stand without moving, or its end without being told. Give it only if the
	// services run. Default: that is not judged.
	Patience time.Duration
	// Sweep is how long a hold that is over may keep its seat. Give it only if the reservation service runs.
	// Default: that is not judged.
	Sweep time.Duration
}

// Books are the databases of the ticketing system, open for reading only. Get them from [Open]. Methods
// may be called from several goroutines at once.
type Books struct {
	config Config
	files  []file
	store  *sqlite.Store
	sagas  *saga.Engine
}

// file is one service's database.
type file struct {
	name string // of the service
	db   *sql.DB
}

// tables names one table of each file, by which it is known to be the right one.
func tables() [6]struct{ name, table string } {
	return [6]struct{ name, table string }{
		{"user", "balance_ledger"}, {"payment", "payment_history"}, {"reservation", "reservation_seat"},
		{"concert", "concert_seat"}, {"queue", "queue_token"}, {"orchestrator", "payment_saga"},
	}
}

// Open opens the files of the six services. All must exist and have been brought up to date by their services,
// which may be running or not. ctx bounds the opening only. Call Close when done.
func Open(ctx context.Context, config Config) (*Books, error) {
	config.Limit = cmp.Or(config.Limit, 50)
	if config.Now == nil {
		config.Now = time.Now
	}
	b := &Books{config: config}
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Books) open(ctx context.Context) (err error) {
	for _, t := range tables() {
		db, err := openFile(ctx, b.path(t.name), t.table)
		if err != nil {
			return fmt.Errorf("audit: open the %s service's file: %w", t.name, err)
		}
		b.files = append(b.files, file{t.name, db})
	}
	if b.store, err = sqlite.Visit(ctx, b.path("orchestrator")); err != nil {
		return fmt.Errorf("audit: open the sagas: %w", err)
	}
	b.sagas, err = saga.New(b.store, nil)
	return err
}

func (b *Books) path(service string) string { return filepath.Join(b.config.Folder, service+".db") }

// Close releases the files. It may be called twice.
func (b *Books) Close() error {
	var errs []error
	for _, f := range b.files {
		errs = append(errs, f.db.Close())
	}
	if b.store != nil {
		errs = append(errs, b.store.Close())
	}
	return errors.Join(errs...)
}

// openFile opens a file in which a service keeps a table, and those of ledger and outbox.
func openFile(ctx context.Context, path, table string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("run the service once, which makes it, or correct the folder: %w", err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if slashed[0] != '/' {
		slashed = "/" + slashed // a drive letter
	}
	settings := url.Values{"mode": {"ro"}, "_busy_timeout": {"10000"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: slashed, RawQuery: settings.Encode()}).String())
	if err != nil {
		return nil, err
	}
	var found int
	err = db.QueryRowContext(ctx, `select count(*) from sqlite_schema
		where type = 'table' and name in (?, 'saga_ledger', 'saga_outbox')`, table).Scan(&found)
	if err == nil && found != 3 {
		err = fmt.Errorf("its tables are missing or old; run the service's present version once, or correct the folder of %s", path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
