package reservation

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/sqlite"
)

// What every buyer asks for and what runs all the time must not read more the more reservations have
// ended. A test inside the package is the only one that can see how a query is run.
func TestNoQueryWalksOverAllReservations(t *testing.T) {
	t.Parallel()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "plan.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	const seat = "SEARCH s USING PRIMARY KEY (schedule=? AND number=?)"
	for _, c := range []struct{ query, want string }{
		{oneSQL, "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)\n" + seat},
		{mineSQL, "SEARCH r USING INDEX reservation_mine (user=? AND id<?)\n" + seat},
		{dueSQL, "SEARCH r USING INDEX reservation_due (status=? AND expires_at<?)\n" + seat},
		{requestSQL, "SEARCH r USING INDEX reservation_request (user=? AND request_key=?)\n" + seat},
		{takeSQL, "SEARCH reservation_seat USING PRIMARY KEY (schedule=? AND number=?)"},
		{freeSQL, "SEARCH reservation_seat USING PRIMARY KEY (schedule=? AND number=?)"},
		{sellSQL, "SEARCH reservation_seat USING PRIMARY KEY (schedule=? AND number=?)"},
	} {
		if got := plan(t, db, c.query); got != c.want {
			t.Errorf("%s\nis run by\n%s\nwant\n%s", c.query, got, c.want)
		}
	}
}

// plan is how SQLite would run a query, step by step.
func plan(t *testing.T, db *sqlite.DB, query string) string {
	t.Helper()
	rows, err := db.Read.QueryContext(t.Context(), "explain query plan "+query, make([]any, strings.Count(query, "?"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var number int
		var step string
		if err := rows.Scan(&number, &number, &number, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}
