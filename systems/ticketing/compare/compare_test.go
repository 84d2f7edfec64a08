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
	for _, row := range []string{"| 2 | monolith |", "| 2 | services |", "| user stopped | services |", "| queue 50ms late | monolith |"} {
		if !strings.Contains(table.String(), row) {
			t.Errorf("the table has no row %q:\n%s", row, &table)
		}
	}
}

func TestAComparisonNeedsAFolder(t *testing.T) {
	t.Parallel()
	if _, err := compare.Run(t.Context(), compare.Config{}); err == nil || !strings.Contains(err.Error(), "Folder") {
		t.Error(err)
	}
}
