package plan_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// table is the plans as the pages have them, in the columns' names of their language.
func table(t *testing.T, heads string) string {
	t.Helper()
	db := all(t)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n|---|---|---|---|\n", heads)
	for _, l := range lookups() {
		before, after := plans(t, db, l)
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", l.name(), l.query, before, after)
	}
	return b.String()
}

// The pages have exactly the plans that SQLite makes. SAGA_WRITE=1 writes them.
func TestThePagesHaveThePlans(t *testing.T) {
	t.Parallel()
	for page, heads := range map[string]string{
		"../../../docs/tutorial/08-indexes.en.md": "| Index | Query | Without it | With it |",
		"../../../docs/tutorial/08-indexes.ko.md": "| 인덱스 | 쿼리 | 없을 때 | 있을 때 |",
	} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		const begin, end = "<!-- plans -->\n", "<!-- end -->\n"
		before, rest, found := strings.Cut(string(text), begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("%s has no place for the plans, between %q and %q", page, begin, end)
		}
		want := before + begin + table(t, heads) + end + after
		if want == string(text) {
			continue
		}
		if os.Getenv("SAGA_WRITE") == "" {
			t.Errorf("%s has other plans; run SAGA_WRITE=1 go test ./systems/ticketing/plan", page)
			continue
		}
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
