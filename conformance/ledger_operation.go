package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

func operationChecks() []ledgerCheck {
	return []ledgerCheck{
		{"Operation/every-call-in-every-state", everyCallInEveryState},
		{"Operation/entries-are-kept-to-the-byte", entriesAreKept},
		{"Operation/a-refusal-leaves-no-part-of-the-change", refusalLeavesNothing},
		{"Operation/other-errors-leave-nothing", otherErrorsLeaveNothing},
		{"Operation/a-failed-undo-leaves-the-effect", failedUndoLeavesTheEffect},
		{"Operation/requests-are-read-strictly", requestsAreReadStrictly},
		{"Operation/types-may-change", typesMayChange},
		{"Operation/without-undo", withoutUndo},
		{"Ledger/no-odd-entries", noOddEntries},
	}
}

// take moves the stock item by item and finds only then that it must refuse.
func take(ctx context.Context, tx Stock, _ string, p Pick) (string, error) {
	for _, item := range slices.Sorted(maps.Keys(p.Items)) {
		if err := tx.Take(ctx, item, p.Items[item]); err != nil {
			return "", &participant.Refusal{Code: "sold-out", Detail: "Ask for less.", Data: json.RawMessage(fmt.Sprintf(`{"item":%q}`, item))}
		}
	}
	switch p.Then {
	case "refuse":
		return "", fmt.Errorf("%w: second thoughts", saga.Refused)
	case "reject":
		return "", fmt.Errorf("%w: second thoughts", participant.ErrInvalid)
	case "fail":
		return "", errBroken
	case "end it":
		return "", tx.End(ctx)
	case "end it and refuse":
		if err := tx.End(ctx); err != nil {
			return "", err
		}
		return "", saga.Refused
	}
	return pickedReply, nil
}

func putBack(ctx context.Context, tx Stock, _ string, p Pick, reply string) error {
	if reply != pickedReply {
		return fmt.Errorf("the reply %q is not that of the do", reply)
	}
	for item, n := range p.Items {
		if err := tx.Take(ctx, item, -n); err != nil {
			return err
		}
	}
	if p.Then == "stay" {
		return errBroken
	}
	return nil
}

// The table of package participant, over a database: each cell is asked twice.
func everyCallInEveryState(s *shelf) {
	const reused = "REUSED"
	foreign := s.Operation(picking("other"))
	states := []string{"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"}
	type asking func(key string, body []byte) (participant.Entry, error)
	by := func(ask func(context.Context, string) (participant.Entry, error)) asking {
		return func(key string, _ []byte) (participant.Entry, error) { return ask(s.Context(), key) }
	}
	for call, row := range map[string]struct {
		ask  asking
		want [5]string
	}{
		"do": {func(key string, body []byte) (participant.Entry, error) { return s.pick.Do(s.Context(), key, body) },
			[5]string{"APPLIED", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"}},
		"other": {func(key string, _ []byte) (participant.Entry, error) { return s.pick.Do(s.Context(), key, threeCats) },
			[5]string{"APPLIED", reused, reused, "CANCELLED", reused}},
		"probe":         {by(s.pick.Probe), [5]string{"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"}},
		"fence":         {by(s.pick.Fence), [5]string{"CANCELLED", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"}},
		"undo":          {by(s.pick.Undo), [5]string{"CANCELLED", "REVERTED", "REFUSED", "CANCELLED", "REVERTED"}},
		"foreign probe": {by(foreign.Probe), [5]string{"NONE", reused, reused, "CANCELLED", reused}},
		"foreign undo":  {by(foreign.Undo), [5]string{"CANCELLED", reused, reused, "CANCELLED", reused}},
	} {
		for i, state := range states {
			key, before := strings.ReplaceAll(call+"-in-"+state, " ", "-"), s.left()
			body := s.reach(key, state)
			for range 2 {
				e, err := row.ask(key, body)
				got := string(e.State)
				if errors.Is(err, participant.ErrKeyReused) {
					got = reused
				}
				if got != row.want[i] || (err != nil) != (got == reused) {
					s.Errorf("%s: %s, %v; want %s", key, got, err, row.want[i])
				}
			}
			cats, entries := 0, 1
			switch {
			case call == "other" && state == "NONE":
				cats = 3
			case row.want[i] == "APPLIED", state == "APPLIED" && row.want[i] == reused:
				cats = 2
			case row.want[i] == "NONE":
				entries = 0
			}
			s.want(before.Cats-cats, 100, before.Entries+entries)
		}
	}
}

// reach brings a key into a state and returns what was asked for under it.
func (s *shelf) reach(key, state string) (body []byte) {
	s.Helper()
	switch state {
	case "APPLIED":
		s.entry(participant.Applied)(s.pick.Do(s.Context(), key, twoCats))
	case "REFUSED":
		s.entry(participant.Refused)(s.pick.Do(s.Context(), key, manyDogs))
		return manyDogs
	case "CANCELLED":
		s.entry(participant.Cancelled)(s.pick.Undo(s.Context(), key))
	case "REVERTED":
		s.entry(participant.Applied)(s.pick.Do(s.Context(), key, twoCats))
		s.entry(participant.Reverted)(s.pick.Undo(s.Context(), key))
	}
	return twoCats
}

func entriesAreKept(s *shelf) {
	told := map[string]participant.Entry{}
	for key, c := range map[string]struct {
		want participant.State
		body string
	}{
		"applied": {participant.Applied, `{ "then": "<&\u0000é>", "items": {"cat": 1} }`},
		"refused": {participant.Refused, `{"items":{"dog":101}}`},
		"plainly": {participant.Refused, `{"items":{},"then":"refuse"}`},
	} {
		told[key] = s.entry(c.want)(s.pick.Do(s.Context(), key, []byte(c.body)))
	}
	told["cancelled"] = s.entry(participant.Cancelled)(s.pick.Fence(s.Context(), "cancelled"))
	s.reach("reverted", "APPLIED")
	told["reverted"] = s.entry(participant.Reverted)(s.pick.Undo(s.Context(), "reverted"))
	again := s.Again(s).Operation(picking("pick"))
	for key, want := range told {
		got, err := again.Probe(s.Context(), key)
		if err != nil || !reflect.DeepEqual(got, want) {
			s.Errorf("%s: %+v, %v\nwas told %+v", key, got, err, want)
		}
	}
	refused, plainly := told["refused"].Refusal, told["plainly"].Refusal
	if refused == nil || plainly == nil || refused.Code != "sold-out" || string(refused.Data) != `{"item":"dog"}` || plainly.Detail != "second thoughts" {
		s.Errorf("the refusals are %+v, %+v", refused, plainly)
	}
}

func refusalLeavesNothing(s *shelf) {
	for i, body := range []string{string(manyDogs), `{"items":{"cat":1,"dog":1},"then":"refuse"}`} {
		s.entry(participant.Refused)(s.pick.Do(s.Context(), fmt.Sprint("k", i), []byte(body)))
		s.want(100, 100, i+1)
	}
}

// A transaction may end while the work runs: by a mistake, or by itself, as SQLite's does when the disk is full.
func otherErrorsLeaveNothing(s *shelf) {
	for i, c := range []struct {
		then string
		want error
	}{{"fail", errBroken}, {"reject", participant.ErrInvalid}, {"end it", nil}, {"end it and refuse", nil}} {
		key := fmt.Sprint("k", i)
		e, err := s.pick.Do(s.Context(), key, []byte(`{"items":{"cat":2,"dog":2},"then":"`+c.then+`"}`))
		if err == nil || c.want != nil && !errors.Is(err, c.want) || errors.Is(err, saga.Refused) || !reflect.DeepEqual(e, participant.Entry{}) {
			s.Errorf("%s: %+v, %v", c.then, e, err)
		}
		s.want(100-2*i, 100, i)
		s.reach(key, "APPLIED") // the key is free
	}
}

func failedUndoLeavesTheEffect(s *shelf) {
	s.entry(participant.Applied)(s.pick.Do(s.Context(), "k", []byte(`{"items":{"cat":2},"then":"stay"}`)))
	if e, err := s.pick.Undo(s.Context(), "k"); !errors.Is(err, errBroken) {
		s.Errorf("got %+v, %v", e, err)
	}
	s.want(98, 100, 1)
	s.entry(participant.Applied)(s.pick.Probe(s.Context(), "k"))
}

func requestsAreReadStrictly(s *shelf) {
	for body, says := range map[string]string{
		`{"items":{"cat":1},"price":0}`: "price",
		`{"items":{"cat":"1"}}`:         "string",
		`{"items":{"cat":1.5}}`:         "1.5",
		`[]`:                            "array",
		string(twoCats) + `{}`:          "JSON",
		`{"items":`:                     "JSON",
		``:                              "JSON",
	} {
		e, err := s.pick.Do(s.Context(), "k", []byte(body))
		if !errors.Is(err, participant.ErrInvalid) || !strings.Contains(err.Error(), says) {
			s.Errorf("%s: %+v, %v; the error must say %q", body, e, err, says)
		}
	}
	s.want(100, 100, 0)
}

// A later version of a service may know other members. What was decided before stands as it was.
func typesMayChange(s *shelf) {
	body, unfit := []byte(`{"items":{"cat":2},"then":""}`), []byte(`{"items":{"cat":2},"box":"blue"}`)
	s.entry(participant.Applied)(s.pick.Do(s.Context(), "k", body))
	later := s.Later(Work[LaterPick]{
		Name: "pick",
		Do:   func(context.Context, Stock, string, LaterPick) (string, error) { return "", errBroken },
		Undo: func(ctx context.Context, tx Stock, key string, p LaterPick, reply string) error {
			return putBack(ctx, tx, key, Pick{Items: p.Items}, reply)
		},
	})
	s.entry(participant.Applied)(later.Do(s.Context(), "k", body)) // a repeat is not read again
	s.entry(participant.Reverted)(later.Undo(s.Context(), "k"))
	s.want(100, 100, 1)

	s.entry(participant.Applied)(s.pick.Do(s.Context(), "j", unfit))
	if e, err := later.Undo(s.Context(), "j"); err == nil || errors.Is(err, participant.ErrInvalid) {
		s.Errorf("an undo that cannot read its do: %+v, %v", e, err)
	}
	s.want(98, 100, 2)
}

func withoutUndo(s *shelf) {
	op := s.Operation(Work[Pick]{Name: "pick", Do: take})
	if op.Undo != nil || op.Do == nil || op.Probe == nil || op.Fence == nil {
		s.Errorf("the operation is %+v", op)
	}
}

func noOddEntries(s *shelf) {
	for name, e := range map[string]participant.Entry{
		"no state":           {Key: "k", Operation: "pick"},
		"None":               {Key: "k", Operation: "pick", State: participant.None},
		"a silent refusal":   {Key: "k", Operation: "pick", State: participant.Refused},
		"a refused effect":   {Key: "k", Operation: "pick", State: participant.Applied, Refusal: &participant.Refusal{Code: "c"}},
		"an undated reverse": {Key: "k", Operation: "pick", State: participant.Reverted},
	} {
		err := s.Change(s.Context(), func(ctx context.Context, tx Stock) error { return tx.Record(ctx, e) })
		if err == nil {
			s.Errorf("%s was recorded", name)
		}
	}
	s.want(100, 100, 0)
}
