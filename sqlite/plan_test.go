package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// plan is how SQLite would run a query, step by step.
func plan(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	rows, err := s.reads.QueryContext(context.Background(), "explain query plan "+query, args...)
	steps, err := collect(rows, err, func(rows *sql.Rows) (step string, err error) {
		var number int
		return step, rows.Scan(&number, &number, &number, &step)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

// What runs all the time must not read more the more instances have ended. A test inside the package
// is the only one that can see how a query is run.
func TestNoQueryWalksOverWhatHasEnded(t *testing.T) {
	s := opened(t)
	for name, query := range map[string]string{
		"claimDue": claimDueSQL, "nextDue": nextDueSQL, "claimOwn": claimOwnSQL, "claimIDs": claimIDsSQL,
		"claimWanted": claimWantedSQL, "hold": holdSQL, "owned": ownedSQL,
	} {
		steps := plan(t, s, query, make([]any, strings.Count(query, "?"))...)
		if strings.Contains(steps, "SCAN saga_instance") || strings.Contains(steps+"\n", "SCAN i\n") {
			t.Errorf("%s reads all instances:\n%s", name, steps)
		}
	}
}

// What waits is walked in order, from the place where a page begins, and only the commands of the
// holder in question.
func TestCommandsArePagedByAnIndex(t *testing.T) {
	s := opened(t)
	const waiting = "INDEX saga_command_waiting "
	for _, c := range []struct{ query, want string }{
		{waitingSQL, "INDEX saga_command_waiting"},
		{claimWantedSQL, waiting + "(holder=? AND ended=?)"},
		{tellHeldSQL, waiting + "(holder=? AND ended=? AND (sent,id)>(?,?))"},
		{tellEndedSQL, waiting + "(holder=? AND ended=? AND (sent,id)>(?,?))"},
		{letGoSQL, waiting + "(holder=? AND ended=?)"},
		{tellRowsSQL, "INDEX saga_command_instance (instance=?)"},
		{holdSQL, "INDEX saga_command_instance (instance=?)"},
	} {
		steps := plan(t, s, c.query, make([]any, strings.Count(c.query, "?"))...)
		if !strings.Contains(steps, c.want) || strings.Contains(steps, "TEMP B-TREE") || strings.Contains(steps, "SCAN c") {
			t.Errorf("%s is run by\n%s\nwant %s and no sorting", c.query, steps, c.want)
		}
	}
}

// Each list is in the order of an index, so that it ends with the limit.
func TestListsGoByAnIndex(t *testing.T) {
	s := opened(t)
	attention := []saga.Status{saga.NeedsAttention}
	for _, c := range []struct {
		f    saga.Filter
		want string
	}{
		{saga.Filter{}, "saga_instance USING INDEX saga_instance_started"},
		{saga.Filter{Definition: "order", Text: "x"}, "saga_instance USING INDEX saga_instance_started"},
		{saga.Filter{After: "s"}, "saga_instance USING INDEX saga_instance_started (started<?)"},
		{saga.Filter{Before: time.Now()}, "saga_instance USING INDEX saga_instance_started (started<?)"},
		{saga.Filter{Statuses: attention}, "saga_instance USING INDEX saga_instance_status (status=?)"},
		{saga.Filter{Statuses: attention, Reason: saga.InDoubt, Step: "pay"}, "saga_instance USING INDEX saga_instance_status (status=?)"},
		{saga.Filter{Statuses: attention, After: "s"}, "saga_instance USING INDEX saga_instance_status (status=? AND started<?)"},
	} {
		query, args, err := findQuery(c.f)
		if err != nil {
			t.Fatal(err)
		}
		if steps := plan(t, s, query, args...); !strings.Contains(steps, c.want) || strings.Contains(steps, "TEMP B-TREE") {
			t.Errorf("%+v is listed by\n%s\nwant %s and no sorting", c.f, steps, c.want)
		}
	}
	query, args, err := findQuery(saga.Filter{IDs: []string{"s"}, Statuses: attention})
	if err != nil {
		t.Fatal(err)
	}
	if steps := plan(t, s, query, args...); !strings.Contains(steps, "saga_instance USING INTEGER PRIMARY KEY") {
		t.Errorf("rows of some ids are found by\n%s", steps)
	}
}
