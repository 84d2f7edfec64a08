package scenario_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

// page is the table on paper.
const page = "../../../docs/tutorial/scenarios.md"

// table is the rows as the page has them.
func table() string {
	var b strings.Builder
	fmt.Fprintln(&b, "| Row | What happens | 무슨 일이 | Ends |\n|---|---|---|---|")
	for _, row := range scenario.Rows() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", row.ID, row.English, row.Korean, row.Want)
	}
	return b.String()
}

// proofs are the requirements with the rows that show them.
func proofs() string {
	rows := map[string][]string{}
	for _, row := range scenario.Rows() {
		for _, p := range row.Proves {
			rows[p] = append(rows[p], "`"+row.ID+"`")
		}
	}
	var b strings.Builder
	fmt.Fprintln(&b, "| Requirement | Shown by |\n|---|---|")
	digits := regexp.MustCompile(`\d+`)
	for _, p := range slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		m, _ := strconv.Atoi(digits.FindString(a))
		n, _ := strconv.Atoi(digits.FindString(b))
		return cmp.Or(cmp.Compare(a[:1], b[:1]), m-n)
	}) {
		fmt.Fprintf(&b, "| %s | %s |\n", p, strings.Join(rows[p], ", "))
	}
	return b.String()
}

// fill puts text between two marks.
func fill(t *testing.T, whole, mark, text string) string {
	t.Helper()
	begin, end := "<!-- "+mark+" -->\n", "<!-- end of "+mark+" -->\n"
	before, rest, found := strings.Cut(whole, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place between %q and %q", page, begin, end)
	}
	return before + begin + text + end + after
}

// The page has exactly what the code has. SAGA_WRITE=1 writes it.
func TestThePageOfScenariosIsTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := fill(t, fill(t, string(text), "rows", table()), "proofs", proofs())
	if want == string(text) {
		return
	}
	if os.Getenv("SAGA_WRITE") == "" {
		t.Fatalf("%s is not the table; run SAGA_WRITE=1 go test ./systems/ticketing/scenario", page)
	}
	if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
}
