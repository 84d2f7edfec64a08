package compare_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/compare"
)

// A small comparison: every outcome is right in both systems, a stopped part of the services leaves the
// others alone, and the table has a row for everything. Nothing here is about speed.
func TestBothSystemsSellTheSame(t *testing.T) {
	t.Parallel()
	report, err := compare.Run(t.Context(), compare.Config{
		Folder: t.TempDir(), Buyers: 4, Concurrency: []int{2}, Rounds: 1, Outage: 300 * time.Millisecond, Late: 50 * time.Millisecond,
		Pace: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range report.Troubles {
		if tr.Pay.Sent != tr.Pay.Good+tr.Later+tr.Refused {
			t.Errorf("%s, %s: some payments are not accounted for: %+v", tr.System, tr.Trouble, tr)
		}
		if tr.Trouble == "queue stopped" && (tr.Pay.Good != 0 || tr.Hold.Good != 0) {
			t.Errorf("%s: somebody paid or held without the queue: %+v", tr.System, tr)
		}
		if tr.Trouble == "concert stopped" && tr.System == "services" && tr.Refused != 0 {
			t.Errorf("payments were refused because the concerts were away: %+v", tr)
		}
		if tr.Trouble == "concert stopped" && tr.System == "monolith" && tr.Pay.Good != 0 {
			t.Errorf("the monolith sold without its concerts: %+v", tr)
		}
	}
	var table strings.Builder
	if err := report.Print(&table); err != nil {
		t.Fatal(err)
	}
	loads, _, _ := strings.Cut(table.String(), "How long")
	if !strings.Contains(loads, "one round of 4.\n\n| at a time | system | p50 | longest | a second |\n") || strings.Contains(loads, " to ") {
		t.Errorf("four payments have no 95th percentile, and one round no spread:\n%s", loads)
	}
	for _, row := range []string{"| 2 | monolith |", "| 2 | services |", "| user stopped | services |", "| queue 50ms late | monolith |"} {
		if !strings.Contains(table.String(), row) {
			t.Errorf("the table has no row %q:\n%s", row, &table)
		}
	}
}

func TestWhatCannotBeComparedIsRefused(t *testing.T) {
	t.Parallel()
	here := t.TempDir()
	for want, c := range map[string]compare.Config{
		"Folder":                 {},
		"-3 buyers":              {Folder: here, Buyers: -3},
		"numbers from 1 to":      {Folder: here, Buyers: 4, Concurrency: []int{32}},
		"below zero":             {Folder: here, Late: -time.Second},
		"make the outage longer": {Folder: here, Outage: time.Millisecond},
	} {
		if _, err := compare.Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
