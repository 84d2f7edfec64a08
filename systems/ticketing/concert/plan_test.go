package concert

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/sqlite"
)

// plan is how SQLite would run a query, step by step.
func plan(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	steps, err := collect(context.Background(), db, "plan", func(rows *sql.Rows) (step string, err error) {
		var number int
		return step, rows.Scan(&number, &number, &number, &step)
	}, "explain query plan "+query, make([]any, strings.Count(query, "?"))...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

// Nothing reads more than it needs: dates are found by their concert, seats by their date, and whether
// there is a seat left without a look at those that are sold. A test inside the package is the only one
// that can see how a query is run.
func TestQueriesGoByAnIndex(t *testing.T) {
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "concert.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	const seat = "SEARCH concert_seat USING PRIMARY KEY (schedule=? AND number=?)"
	for _, c := range []struct{ query, want string }{
		{schedulesSQL, "SEARCH schedule USING INDEX schedule_concert (concert=?)"},
		{seatsSQL, "SEARCH concert_seat USING PRIMARY KEY (schedule=?)"},
		{seatSQL, "SEARCH t USING PRIMARY KEY (schedule=? AND number=?)"},
		{scheduledSQL, "SEARCH schedule USING INTEGER PRIMARY KEY (rowid=?)"},
		{standingSQL, "SEARCH s USING COVERING INDEX schedule_concert (concert=?)"},
		{standingSQL, "SEARCH t USING INDEX concert_seat_unsold (schedule=?)"},
		{availableSQL, "INDEX concert_available (id>?)"},
		{concertsSQL, "SEARCH concert USING INTEGER PRIMARY KEY (rowid>?)"},
		{decisionsSQL, "INDEX concert_decision_concert (concert=? AND id>?)"},
		{requestSQL, "SEARCH concert_request USING PRIMARY KEY (admin=? AND key=?)"},
		{holdSQL, seat},
		{releaseSQL, seat},
		{sellSQL, seat},
		{unsellSQL, seat},
	} {
		steps := plan(t, db.Read, c.query)
		if !strings.Contains(steps, c.want) || strings.Contains(steps, "TEMP B-TREE") {
			t.Errorf("%s is run by\n%s\nwant %s and no sorting", c.query, steps, c.want)
		}
		for line := range strings.Lines(steps) {
			if strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "CONSTANT ROW") {
				t.Errorf("%s reads a whole table:\n%s", c.query, steps)
			}
		}
	}
}
