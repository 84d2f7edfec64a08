package payment

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
)

// Each query goes by an index from where it begins, and none sorts. A test inside the package is the only one
// that can see how a query is run.
func TestQueriesGoByAnIndex(t *testing.T) {
	t.Parallel()
	s, err := New(t.Context(), Config{Path: filepath.Join(t.TempDir(), "payment.db"), Publisher: message.NewBus()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct{ query, want string }{
		{readSQL, "payment USING INDEX sqlite_autoindex_payment_1 (id=?)"},
		{moveSQL, "payment USING INDEX sqlite_autoindex_payment_1 (id=?)"},
		{linesSQL, "payment_line USING PRIMARY KEY (payment=?)"},
		{historySQL, "payment_history USING PRIMARY KEY (payment=?)"},
		{recordSQL, "payment_history USING PRIMARY KEY (payment=?)"},
		{listSQL, "payment USING INDEX payment_by_user (user=?)"},
		{listAfterSQL, "payment USING INDEX payment_by_user (user=? AND created_at<?)"},
	} {
		steps := plan(t, s, c.query)
		if !strings.Contains(steps, c.want) || strings.Contains(steps, "TEMP B-TREE") || strings.Contains(steps, "SCAN payment") {
			t.Errorf("%s is run by\n%s\nwant %s and no sorting", c.query, steps, c.want)
		}
	}
}

// plan is how SQLite would run a query, step by step.
func plan(t *testing.T, s *PaymentService, query string) string {
	t.Helper()
	rows, err := s.db.Read.QueryContext(t.Context(), "explain query plan "+query, make([]any, strings.Count(query, "?"))...)
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
