package console_test

import (
	"fmt"
	"testing"

	"github.com/seosa-dev/saga/console"
)

// Branches part after what came before their group, and meet at what comes after it.
func TestBranchesPartAndMeet(t *testing.T) {
	type spots = []console.Spot
	for _, tc := range []struct {
		name  string
		marks spots
		ways  string
	}{
		{"none", nil, "[]"},
		{"a line", spots{{}, {}, {}}, "[[] [0] [1]]"},
		{"a line by clocks that differ", spots{{Start: 5, End: 9}, {Start: 3, End: 4}}, "[[] [0]]"},
		{"part and meet", spots{{}, {1, 0, 0, 1}, {1, 1, 0, 2}, {1, 0, 1, 3}, {1, 1, 2, 4}, {0, 0, 4, 4}, {0, 0, 5, 5}},
			"[[] [0] [0] [1] [2] [3 4] [5]]"},
		{"a branch that did nothing yet", spots{{}, {1, 1, 0, 1}, {0, 0, 1, 1}}, "[[] [0] [1]]"},
		{"two groups in a row", spots{{}, {1, 0, 0, 1}, {1, 1, 0, 1}, {2, 0, 1, 2}, {2, 1, 1, 2}, {0, 0, 2, 2}},
			"[[] [0] [0] [1 2] [1 2] [3 4]]"},
		{"the engine turns back between", spots{{}, {1, 0, 0, 1}, {1, 1, 0, 1}, {0, 0, 1, 1}, {1, 1, 2, 3}, {1, 0, 3, 4}, {0, 0, 5, 5}},
			"[[] [0] [0] [1 2] [3] [3] [4 5]]"},
		{"it turns back while a branch is busy", spots{{}, {1, 0, 0, 2}, {0, 0, 3, 3}, {1, 1, 0, 9}, {1, 1, 10, 11}, {0, 0, 12, 12}},
			"[[] [0] [1] [0] [3 2] [4]]"},
		{"a busy branch that has nothing to undo", spots{{}, {1, 0, 0, 2}, {0, 0, 3, 3}, {1, 1, 0, 9}, {1, 0, 10, 11}, {0, 0, 12, 12}},
			"[[] [0] [1] [0] [2] [3 4]]"},
		{"a person turns it while all are busy", spots{{}, {1, 0, 0, 9}, {0, 0, 3, 3}, {1, 0, 10, 11}}, "[[] [0] [0] [1 2]]"},
		{"a group at the start", spots{{1, 0, 0, 1}, {1, 1, 0, 1}, {0, 0, 1, 1}}, "[[] [] [0 1]]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := fmt.Sprint(console.Ways(tc.marks)); got != tc.ways {
				t.Errorf("%s, want %s", got, tc.ways)
			}
		})
	}
}
