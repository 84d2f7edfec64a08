package fault

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// Table is one whose rows give commits their names.
type Table struct {
	// Table is its name, in any file.
	Table string

	// Name says at which place a commit that changes a row of the table is, and with which key; ""
	// is none. It is called inside the transaction: it must not block and not use the database.
	// Default: the place is the table's name, the key empty.
	Name func(Row) (at, key string)
}

// Row is a row that is about to change.
type Row struct {
	File     string // its database, as its path was given when it was opened
	Op       string // "insert", "update" or "delete"
	Old, New []any  // the columns in the order of the table: int64, float64, string, []byte or nil; Old is nil for an insert, New for a delete
}

// WatchCommits makes places of the commits to SQLite that change rows of these tables, for
// CrashBefore and CrashAfter. Commits are not recorded as calls.
//
// CrashBefore strikes inside the transaction: all of it is written and nothing is committed.
// CrashAfter strikes as soon as the commit can be seen from outside; until then no answer of a
// watched HTTP place and no publish of a watched publisher gets through, so that nobody has heard
// of the commit. The goroutine that made it may begin something else in the microseconds in
// between. It needs a file in WAL mode.
//
// A transaction that changes rows of several names is at each of these places. Rows that a
// savepoint took back count too.
//
// It hooks into every connection that this process opens with modernc.org/sqlite from then on, and
// for ever; so call it once, before anything is opened. The error matches [ErrInvalid].
func (f *Faults) WatchCommits(tables ...Table) error {
	watched := map[string]Table{}
	for _, t := range tables {
		if _, twice := watched[t.Table]; twice || t.Table == "" {
			return fmt.Errorf("%w: the table %q is named twice or has no name; name each once", ErrInvalid, t.Table)
		}
		if t.Name == nil {
			name := t.Table
			t.Name = func(Row) (string, string) { return name, "" }
		}
		watched[t.Table] = t
	}
	driver.RegisterConnectionHook(func(c driver.ExecQuerierContext, dsn string) error {
		h, ok := c.(driver.HookRegisterer)
		if !ok {
			return errors.New("fault: this version of the SQLite driver has no hooks; use one that has")
		}
		x := &transaction{faults: f, watched: watched, dsn: dsn, file: fileOf(dsn)}
		h.RegisterPreUpdateHook(x.row)
		h.RegisterCommitHook(x.commit)
		h.RegisterRollbackHook(x.rollback)
		return nil
	})
	return nil
}

// transaction is what the open transaction of one connection is about. SQLite calls its methods one
// at a time.
type transaction struct {
	faults    *Faults
	watched   map[string]Table
	dsn, file string
	names     []commit
	ending    *ending // the crash that its last commit is on its way to
}

// commit is one name of a transaction.
type commit struct{ at, key string }

// row is called before each row that changes.
func (x *transaction) row(d driver.SQLitePreUpdateData) {
	t, ok := x.watched[d.TableName]
	if !ok {
		return
	}
	r := Row{File: x.file}
	var err error
	switch d.Op {
	case codes.SQLITE_INSERT:
		r.Op = "insert"
	case codes.SQLITE_UPDATE:
		r.Op = "update"
	case codes.SQLITE_DELETE:
		r.Op = "delete"
	}
	if r.Op != "insert" {
		r.Old = make([]any, d.Count())
		err = d.Old(r.Old...)
	}
	if r.Op != "delete" {
		r.New = make([]any, d.Count())
		err = errors.Join(err, d.New(r.New...))
	}
	if err != nil {
		x.faults.config.Logger.Error("fault: a row cannot be read, so its commit has no name", "table", d.TableName, "error", err)
		return
	}
	at, key := t.Name(r)
	if c := (commit{at, key}); at != "" && !slices.Contains(x.names, c) {
		x.names = append(x.names, c)
	}
}

// commit is called when all is written but the commit. 0 lets it go on, anything else turns it into
// a rollback.
func (x *transaction) commit() int32 {
	names := x.names
	x.names, x.ending = nil, nil
	for _, c := range names {
		fault := x.faults.take(c.at, c.key, onCommit())
		switch fault.Kind {
		case CrashBefore:
			x.faults.strike(fault, c.key, nil)
			x.faults.config.Crash()
			return 1
		case CrashAfter:
			x.ending = x.faults.crashWhenVisible(fault, c.key, x.dsn)
			return 0
		}
	}
	return 0
}

// rollback is called for a transaction that is given up, also by its commit.
func (x *transaction) rollback() {
	x.names = nil
	if x.ending != nil {
		x.ending.cancel()
		x.ending = nil
	}
}

// fileOf is the path in the address of a database.
func fileOf(dsn string) string {
	path, _, _ := strings.Cut(dsn, "?")
	path, isURI := strings.CutPrefix(path, "file:")
	if plain, err := url.PathUnescape(path); isURI && err == nil {
		path = plain
	}
	if rest, ok := strings.CutPrefix(path, "///"); ok {
		path = "/" + rest
	}
	return path
}
