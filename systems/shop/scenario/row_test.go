package scenario_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

func TestTheTableHasItsEighteenRows(t *testing.T) {
	var ids []string
	for _, row := range scenario.Rows() {
		ids = append(ids, row.ID)
		if row.English == "" || row.Korean == "" || len(row.Steps) == 0 || len(row.Want.Answers) == 0 {
			t.Errorf("%s is not complete: %+v", row.ID, row)
		}
	}
	want := strings.Fields("B-S1 B-S2 B-S3 B-S4 B-S5 B-S6 B-S7a B-S7b B-S7c B-S7d B-S7e B-S7f B-S8 B-S9 B-S10 B-S11 B-S12 B-S13")
	if !slices.Equal(ids, want) {
		t.Errorf("the rows are %q", ids)
	}
}

// Every step says one thing, so that a script can be read.
func TestEveryStepSaysOneThing(t *testing.T) {
	for _, row := range scenario.Rows() {
		for i, s := range slices.Concat(row.Before, row.Steps) {
			said := 0
			for _, yes := range []bool{
				s.Arm != nil, s.Disarm != nil, s.Order != "", s.Send != "", s.Others != "", s.Struck != "", s.Answer, s.Heal,
				s.Drain, s.Restart, s.Look, s.Wait != "",
			} {
				if yes {
					said++
				}
			}
			if said != 1 {
				t.Errorf("%s: step %d says %d things: %+v", row.ID, i+1, said, s)
			}
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ ask, want string }{
		{"", "all"}, {"B-S1", "B-S1"}, {"s7C", "B-S7c"}, {"b-s13 b-s2", "B-S2 B-S13"}, {"B-S1 B-S1", "B-S1"},
	} {
		rows, err := scenario.Find(strings.Fields(c.ask)...)
		var got []string
		for _, row := range rows {
			got = append(got, row.ID)
		}
		if len(rows) == 18 {
			got = []string{"all"}
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%q finds %q, %v", c.ask, got, err)
		}
	}
	for _, wrong := range []string{"S0", "B-S", "B-S1x", "B-B-S1"} {
		if rows, err := scenario.Find("B-S1", wrong); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q finds %d rows, %v", wrong, len(rows), err)
		}
	}
}
