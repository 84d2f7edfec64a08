package catalog_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/seosa-dev/saga/participant"
)

// The calls about a key, in every state that it can be in. What a call leads to is what a repeat of
// it is told too, to the byte; the stock is less by what is applied, and by nothing else.

const (
	few     = 3
	tooMany = seeded + 1
)

// states are how a key comes to be in a state, and what was asked for under it then.
func states() map[participant.State]struct {
	asked int
	bring func(t *testing.T, s *shelf, key, body string)
} {
	return map[participant.State]struct {
		asked int
		bring func(t *testing.T, s *shelf, key, body string)
	}{
		participant.None: {few, func(*testing.T, *shelf, string, string) {}},
		participant.Applied: {few, func(t *testing.T, s *shelf, key, body string) {
			wantState(t, s.post(t, decrement, key, body), participant.Applied)
		}},
		participant.Refused: {tooMany, func(t *testing.T, s *shelf, key, body string) {
			wantProblem(t, s.post(t, decrement, key, body), http.StatusConflict, "participant:refused")
		}},
		participant.Cancelled: {few, func(t *testing.T, s *shelf, key, _ string) {
			wantState(t, s.post(t, fence, key, ""), participant.Cancelled)
		}},
		participant.Reverted: {few, func(t *testing.T, s *shelf, key, body string) {
			wantState(t, s.post(t, decrement, key, body), participant.Applied)
			wantState(t, s.post(t, undo, key, ""), participant.Reverted)
		}},
	}
}

// calls are what can be asked about a key.
func calls() map[string]func(t *testing.T, s *shelf, key, item string, asked int) reply {
	return map[string]func(t *testing.T, s *shelf, key, item string, asked int) reply{
		"do": func(t *testing.T, s *shelf, key, item string, asked int) reply {
			return s.post(t, decrement, key, lines(item, asked))
		},
		"do of other lines": func(t *testing.T, s *shelf, key, item string, asked int) reply {
			return s.post(t, decrement, key, lines(item, asked+1))
		},
		"probe": func(t *testing.T, s *shelf, key, _ string, _ int) reply { return s.probe(t, key) },
		"fence": func(t *testing.T, s *shelf, key, _ string, _ int) reply { return s.post(t, fence, key, "") },
		"undo":  func(t *testing.T, s *shelf, key, _ string, _ int) reply { return s.post(t, undo, key, "") },
	}
}

func TestEveryCallInEveryState(t *testing.T) {
	t.Parallel()
	const none, applied, refused, cancelled, reverted = participant.None, participant.Applied, participant.Refused, participant.Cancelled, participant.Reverted
	s := open(t, nil)
	item := 0
	for _, c := range []struct {
		call   string
		in, to participant.State
		code   string // of the problem that it is answered with, if it is
	}{
		{"do", none, applied, ""},
		{"do", applied, applied, ""},
		{"do", refused, refused, "409 refused"},
		{"do", cancelled, cancelled, "409 cancelled"},
		{"do", reverted, reverted, "409 reverted"},
		{"do of other lines", none, applied, ""},
		{"do of other lines", applied, applied, "422 key-reused"},
		{"do of other lines", refused, refused, "422 key-reused"},
		{"do of other lines", cancelled, cancelled, "409 cancelled"},
		{"do of other lines", reverted, reverted, "422 key-reused"},
		{"probe", none, none, ""},
		{"probe", applied, applied, ""},
		{"probe", refused, refused, ""},
		{"probe", cancelled, cancelled, ""},
		{"probe", reverted, reverted, ""},
		{"fence", none, cancelled, ""},
		{"fence", applied, applied, ""},
		{"fence", refused, refused, ""},
		{"fence", cancelled, cancelled, ""},
		{"fence", reverted, reverted, ""},
		{"undo", none, cancelled, ""},
		{"undo", applied, reverted, ""},
		{"undo", refused, refused, ""},
		{"undo", cancelled, cancelled, ""},
		{"undo", reverted, reverted, ""},
	} {
		item++
		t.Run(fmt.Sprint(c.call, " in ", c.in), func(t *testing.T) {
			name, key, state := fmt.Sprint("EST-", item), fmt.Sprint("10", item, "/1/stock"), states()[c.in]
			state.bring(t, s, key, lines(name, state.asked))
			got := calls()[c.call](t, s, key, name, state.asked)
			if c.code == "" {
				wantState(t, got, c.to)
			} else {
				wantProblem(t, got, got.status, "participant:"+c.code[4:])
				if fmt.Sprint(got.status) != c.code[:3] || got.problem.Key != key {
					t.Errorf("got %d about %q, want %s about %q", got.status, got.problem.Key, c.code, key)
				}
			}
			if again := calls()[c.call](t, s, key, name, state.asked); again.body != got.body || again.status != got.status {
				t.Errorf("the repeat says %d %s, the first said %d %s", again.status, again.body, got.status, got.body)
			}
			wantState(t, s.probe(t, key), c.to)
			left := int64(seeded)
			if c.to == applied {
				left -= few
			}
			if c.in == none && c.call == "do of other lines" {
				left-- // which are no other lines then
			}
			s.wantStock(t, name, left)
		})
	}
}

func TestADecrementThatWasOvertakenTakesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for overtaker, path := range map[string]string{"1000/1/stock": fence, "1001/1/stock": undo} {
		wantState(t, s.post(t, path, overtaker, ""), participant.Cancelled)
		for range 2 {
			wantProblem(t, s.post(t, decrement, overtaker, lines("EST-1", 1)), http.StatusConflict, "participant:cancelled")
		}
	}
	s.wantStock(t, "EST-1", seeded)
	wantState(t, s.post(t, decrement, "1000/2/stock", lines("EST-1", 1)), participant.Applied) // the next attempt has a key of its own
	s.wantStock(t, "EST-1", seeded-1)
}

// Whoever was told "no" relies on it, even when the goods are back.
func TestARefusalIsForEver(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, "all", lines("EST-5", seeded)), participant.Applied)
	first := s.post(t, decrement, "one", lines("EST-5", 1))
	wantProblem(t, first, http.StatusConflict, "participant:refused")
	if p := first.problem; p.Code != "out-of-stock" || p.Data.Item != "EST-5" || p.State != "REFUSED" {
		t.Errorf("the refusal is %s", first.body)
	}
	wantState(t, s.post(t, undo, "all", ""), participant.Reverted)
	if again := s.post(t, decrement, "one", lines("EST-5", 1)); again.body != first.body {
		t.Errorf("the repeat says %s, the first said %s", again.body, first.body)
	}
	probed := s.probe(t, "one")
	wantState(t, probed, participant.Refused)
	if why := probed.entry.Refusal; why == nil || why.Code != "out-of-stock" || why.Detail != first.problem.Detail {
		t.Errorf("the probe says %s, the decrement said %s", probed.body, first.body)
	}
	s.wantStock(t, "EST-5", seeded)
	wantState(t, s.post(t, decrement, "another", lines("EST-5", 1)), participant.Applied)
}
