package fault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// rejectWithin bounds the change of a trigger, which waits for writers of its database.
const rejectWithin = 10 * time.Second

// rejection is a table that can be made to refuse inserts.
type rejection struct {
	db       *sql.DB
	table    string
	standing bool // guarded by Faults.arming
}

// RejectInserts makes an SQLite table refuse inserts from now on, by a trigger that fails them with
// a message; for their writer that is definite. lift takes it away and may be called twice. The
// trigger is part of the file: it outlives the process, until it is lifted or set again and lifted.
func RejectInserts(ctx context.Context, db *sql.DB, table, message string) (lift func() error, err error) {
	ctx, cancel := context.WithTimeout(ctx, rejectWithin)
	defer cancel()
	if err := dropTrigger(ctx, db, table); err != nil {
		return nil, err
	}
	// A definition takes no parameters, so the names are quoted.
	_, err = db.ExecContext(ctx, `create trigger `+trigger(table)+` before insert on `+quoted(table, `"`)+
		` begin select raise(abort, `+quoted(message, `'`)+`); end`)
	if err != nil {
		return nil, fmt.Errorf("fault: make %s refuse inserts: %w", table, err)
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rejectWithin)
		defer cancel()
		return dropTrigger(ctx, db, table)
	}, nil
}

func dropTrigger(ctx context.Context, db *sql.DB, table string) error {
	if _, err := db.ExecContext(ctx, `drop trigger if exists `+trigger(table)); err != nil {
		return fmt.Errorf("fault: let %s take inserts again: %w", table, err)
	}
	return nil
}

func trigger(table string) string { return quoted("fault_reject_"+table, `"`) }

func quoted(text, mark string) string {
	return mark + strings.ReplaceAll(text, mark, mark+mark) + mark
}

// Rejects says which table a Reject at a place is about. What an earlier process may have left
// standing there is lifted.
func (f *Faults) Rejects(ctx context.Context, at string, db *sql.DB, table string) error {
	f.arming.Lock()
	defer f.arming.Unlock()
	ctx, cancel := context.WithTimeout(ctx, rejectWithin)
	defer cancel()
	if err := dropTrigger(ctx, db, table); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rejections[at] = &rejection{db: db, table: table}
	return nil
}

// stand makes the tables of those faults that are a Reject refuse inserts, all of them or none more
// than before.
func (f *Faults) stand(faults []Fault) error {
	var added []*rejection
	for _, x := range faults {
		if x.Kind != Reject {
			continue
		}
		f.mu.Lock()
		r := f.rejections[x.At]
		f.mu.Unlock()
		if r.standing {
			continue
		}
		if _, err := RejectInserts(context.Background(), r.db, r.table, "an injected fault refuses rows of "+r.table); err != nil {
			return errors.Join(err, f.lift(added))
		}
		r.standing = true
		added = append(added, r)
	}
	return nil
}

// standing are the tables that refuse inserts.
func (f *Faults) standing() []*rejection {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Collect(maps.Values(f.rejections)), func(r *rejection) bool { return !r.standing })
}

// lift lets tables take inserts again.
func (f *Faults) lift(rejections []*rejection) error {
	ctx, cancel := context.WithTimeout(context.Background(), rejectWithin)
	defer cancel()
	var errs []error
	for _, r := range rejections {
		err := dropTrigger(ctx, r.db, r.table)
		r.standing = err != nil
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
