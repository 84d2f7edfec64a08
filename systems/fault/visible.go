package fault

import (
	"context"
	"database/sql"
	"time"
)

// visibleWithin bounds how long a commit may take that is to be followed by a crash.
const visibleWithin = 10 * time.Second

// ending is a crash on its way: the commit before it is being made.
type ending struct {
	cancel context.CancelFunc
}

// crashWhenVisible is called inside a transaction that is about to commit, and returns to let it.
// SQLite has no hook after a commit, so a second connection looks: its data version changes as soon
// as another one has committed (https://www.sqlite.org/pragma.html#pragma_data_version). The
// transaction under way holds the lock for writing, so the next commit to be seen is this one. It
// returns nil, and there will be no crash, if the second connection cannot be opened.
func (f *Faults) crashWhenVisible(x Fault, key, dsn string) *ending {
	ctx, cancel := context.WithTimeout(context.Background(), visibleWithin)
	look, err := newLook(ctx, dsn)
	if err != nil {
		cancel()
		f.config.Logger.Error("fault: the commit cannot be watched, so there is no crash after it", "at", x.At, "error", err)
		return nil
	}
	live := f.hush()
	go func() {
		defer live()
		defer cancel()
		defer look.close()
		if err := look.change(ctx); err != nil {
			f.config.Logger.Error("fault: the commit was not seen, so there is no crash after it", "at", x.At, "error", err)
			return
		}
		f.strike(x, key, nil)
		f.config.Crash()
	}()
	return &ending{cancel: cancel}
}

// look is a connection that watches a file change.
type look struct {
	db      *sql.DB
	conn    *sql.Conn
	version int64
}

func newLook(ctx context.Context, dsn string) (*look, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	l := &look{db: db}
	if l.conn, err = db.Conn(ctx); err == nil {
		l.version, err = l.read(ctx)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *look) read(ctx context.Context) (version int64, err error) {
	err = l.conn.QueryRowContext(ctx, `pragma data_version`).Scan(&version)
	return version, err
}

// change returns when the file has changed. It looks without a pause: each microsecond is one in
// which the writer goes on. When ctx ends it looks once more, as what ended it may have come after
// the commit.
func (l *look) change(ctx context.Context) error {
	for {
		ended := ctx.Err()
		version, err := l.read(context.WithoutCancel(ctx))
		if err != nil || version != l.version {
			return err
		}
		if ended != nil {
			return ended
		}
	}
}

func (l *look) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
	_ = l.db.Close()
}

// hush keeps everybody from telling anybody anything until the function that it returns is called.
func (f *Faults) hush() (live func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dying := make(chan struct{})
	f.dying = dying
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		close(dying)
		if f.dying == dying {
			f.dying = nil
		}
	}
}

// beforeTelling waits while the process is about to die. It returns at once otherwise.
func (f *Faults) beforeTelling() {
	f.mu.Lock()
	dying := f.dying
	f.mu.Unlock()
	if dying != nil {
		<-dying
	}
}
