package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

const (
	two     = `{"quantity":2}`
	three   = `{"quantity":3}`
	refused = `{"quantity":2,"then":"refuse"}`
)

// The table of the package documentation, cell by cell, with what is taken afterwards.
func TestEveryCallInEveryState(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	// How a key gets into a state, and what was asked for under it.
	states := map[participant.State]struct {
		body  string
		reach func(participant.Operation)
	}{
		participant.None:      {two, func(participant.Operation) {}},
		participant.Applied:   {two, func(o participant.Operation) { must(t)(o.Do(ctx, "k", raw(two))) }},
		participant.Refused:   {refused, func(o participant.Operation) { must(t)(o.Do(ctx, "k", raw(refused))) }},
		participant.Cancelled: {two, func(o participant.Operation) { must(t)(o.Fence(ctx, "k")) }},
		participant.Reverted: {two, func(o participant.Operation) {
			must(t)(o.Do(ctx, "k", raw(two)))
			must(t)(o.Undo(ctx, "k"))
		}},
	}
	const reused = "REUSED"
	for call, row := range map[string][5]string{ // NONE, APPLIED, REFUSED, CANCELLED, REVERTED
		"do":    {"APPLIED", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"},
		"other": {"APPLIED", reused, reused, "CANCELLED", reused},
		"probe": {"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"},
		"fence": {"CANCELLED", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"},
		"undo":  {"CANCELLED", "REVERTED", "REFUSED", "CANCELLED", "REVERTED"},
		// Asked by another operation that shares the ledger.
		"foreign do":    {"APPLIED", reused, reused, "CANCELLED", reused},
		"foreign fence": {"CANCELLED", reused, reused, "CANCELLED", reused},
		"foreign undo":  {"CANCELLED", reused, reused, "CANCELLED", reused},
	} {
		for i, state := range []participant.State{"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"} {
			s := newService()
			own, foreign := s.operation("stock"), s.operation("money")
			at := states[state]
			at.reach(own)
			before := s.ledger["k"]
			calls := map[string]func() (participant.Entry, error){
				"do":            func() (participant.Entry, error) { return own.Do(ctx, "k", raw(at.body)) },
				"other":         func() (participant.Entry, error) { return own.Do(ctx, "k", raw(three)) },
				"probe":         func() (participant.Entry, error) { return own.Probe(ctx, "k") },
				"fence":         func() (participant.Entry, error) { return own.Fence(ctx, "k") },
				"undo":          func() (participant.Entry, error) { return own.Undo(ctx, "k") },
				"foreign do":    func() (participant.Entry, error) { return foreign.Do(ctx, "k", raw(at.body)) },
				"foreign fence": func() (participant.Entry, error) { return foreign.Fence(ctx, "k") },
				"foreign undo":  func() (participant.Entry, error) { return foreign.Undo(ctx, "k") },
			}
			for range 2 { // whatever it is, the repeat says the same
				e, err := calls[call]()
				got := string(e.State)
				if errors.Is(err, participant.ErrKeyReused) {
					got = reused
				}
				if got != row[i] || (err != nil) != (got == reused) {
					t.Errorf("%s in %s: %s, %v; want %s", call, state, got, err, row[i])
				}
			}
			after := s.ledger["k"]
			if string(state) == row[i] || row[i] == reused {
				if !reflect.DeepEqual(before, after) {
					t.Errorf("%s in %s changed the entry from %+v to %+v", call, state, before, after)
				}
			}
			want := map[participant.State]int{participant.Applied: 2}[after.State]
			if call == "other" && state == participant.None {
				want = 3
			}
			if s.taken["k"] != want || s.done["k"] > 1 || s.undone["k"] > s.done["k"] {
				t.Errorf("%s in %s: taken %d, want %d; done %d, undone %d", call, state, s.taken["k"], want, s.done["k"], s.undone["k"])
			}
		}
	}
}

func TestARepeatGetsTheFirstEntryToTheByte(t *testing.T) {
	t.Parallel()
	op := newService().operation("stock")
	first := must(t)(op.Do(t.Context(), "k", raw(` { "quantity" : 2, "then" : "" } `)))
	if string(first.Request) != `{"quantity":2,"then":""}` || string(first.Reply) != `{"taken":2}` || first.Operation != "stock" ||
		first.Key != "k" || time.Since(first.Decided) > time.Minute || first.Decided.Nanosecond()%1000 != 0 || first.Decided.Location() != time.UTC || !first.Reverted.IsZero() {
		t.Errorf("the entry is %+v", first)
	}
	for _, same := range []string{`{"quantity":2,"then":""}`, `{"then":"","quantity":2}`, "{\"quantity\":\n2,\"th\\u0065n\":\"\"}"} {
		if again := must(t)(op.Do(t.Context(), "k", raw(same))); !reflect.DeepEqual(first, again) {
			t.Errorf("%s got %+v, the first got %+v", same, again, first)
		}
	}
	for _, other := range []string{`{"quantity":2}`, `{"quantity":2.0,"then":""}`, `{"quantity":"2","then":""}`, `null`, `{`, ``, "\xff"} {
		if e, err := op.Do(t.Context(), "k", raw(other)); !errors.Is(err, participant.ErrKeyReused) || errors.Is(err, participant.ErrInvalid) {
			t.Errorf("%q under the same key: %+v, %v", other, e, err)
		}
	}
}

func TestUndoRecordsWhen(t *testing.T) {
	t.Parallel()
	op := newService().operation("stock")
	done := must(t)(op.Do(t.Context(), "k", raw(two)))
	undone := must(t)(op.Undo(t.Context(), "k"))
	if undone.Reverted.Before(done.Decided) || !undone.Decided.Equal(done.Decided) || undone.Reverted.Location() != time.UTC {
		t.Errorf("decided %s, undone %s", undone.Decided, undone.Reverted)
	}
	undone.State, undone.Reverted = done.State, done.Reverted
	if !reflect.DeepEqual(done, undone) {
		t.Errorf("the undo changed %+v to %+v", done, undone)
	}
}

func TestRefusalsAreRecorded(t *testing.T) {
	t.Parallel()
	whole := &participant.Refusal{Code: "sold-out", Detail: "Come back tomorrow.", Data: raw(`{"left":0}`)}
	for name, c := range map[string]struct {
		err  error
		want participant.Refusal
	}{
		"a refusal": {whole, *whole},
		"wrapped":   {fmt.Errorf("stock: %w", whole), *whole},
		"no code":   {&participant.Refusal{Detail: "No."}, participant.Refusal{Code: "refused", Detail: "No."}},
		"a word":    {fmt.Errorf("%w: we do not sell that", saga.Refused), participant.Refusal{Code: "refused", Detail: "we do not sell that"}},
		"loose":     {&participant.Refusal{Code: "c", Data: raw(`[ 1, 2 ]`)}, participant.Refusal{Code: "c", Data: raw(`[1,2]`)}},
	} {
		m := memory{}
		e, err := participant.Do(t.Context(), m, "stock", "k", raw(two), func(context.Context) (any, error) { return "half", c.err })
		if err != nil || e.State != participant.Refused || e.Reply != nil || !reflect.DeepEqual(*e.Refusal, c.want) {
			t.Errorf("%s: %+v %+v, %v", name, e, e.Refusal, err)
		}
		if !reflect.DeepEqual(m["k"], e) {
			t.Errorf("%s: recorded %+v, answered %+v", name, m["k"], e)
		}
	}
	if !errors.Is(whole, saga.Refused) || saga.OutcomeOf(whole) != saga.Refused || !strings.Contains(whole.Error(), "sold-out") {
		t.Errorf("a refusal as an error is %v", whole)
	}
}

func TestOtherErrorsRecordNothing(t *testing.T) {
	t.Parallel()
	for name, work := range map[string]func(context.Context) (any, error){
		"a failure": func(context.Context) (any, error) { return nil, errBroken },
		"not done":  func(context.Context) (any, error) { return nil, fmt.Errorf("%w: %w", saga.NotDone, errBroken) },
		"a contradiction": func(context.Context) (any, error) {
			return nil, fmt.Errorf("%w, %w: %w", saga.Refused, saga.NotDone, errBroken)
		},
		"unknown refusal": func(context.Context) (any, error) {
			return nil, fmt.Errorf("%w, %w: %w", saga.Refused, saga.Unknown, errBroken)
		},
		"unwritable reply":  func(context.Context) (any, error) { return make(chan int), nil },
		"unwritable reason": func(context.Context) (any, error) { return nil, &participant.Refusal{Code: "c", Data: raw("{")} },
	} {
		m := memory{}
		e, err := participant.Do(t.Context(), m, "stock", "k", raw(two), work)
		if err == nil || !reflect.DeepEqual(e, participant.Entry{}) || len(m) != 0 {
			t.Errorf("%s: %+v, %v, %d entries", name, e, err, len(m))
		}
		if _, werr := work(t.Context()); errors.Is(werr, errBroken) && !errors.Is(err, errBroken) {
			t.Errorf("%s: the work's error became %v", name, err)
		}
	}
}

func TestAFailedUndoLeavesTheEffect(t *testing.T) {
	t.Parallel()
	s := newService()
	op := s.operation("stock")
	must(t)(op.Do(t.Context(), "k", raw(two)))
	s.broken = &participant.Refusal{Code: "no", Detail: "an undo may not be refused"}
	if e, err := op.Undo(t.Context(), "k"); !errors.Is(err, s.broken) {
		t.Errorf("got %+v, %v", e, err)
	}
	if e := must(t)(op.Probe(t.Context(), "k")); e.State != participant.Applied || s.taken["k"] != 2 {
		t.Errorf("%s, taken %d", e.State, s.taken["k"])
	}
	s.broken = nil
	if e := must(t)(op.Undo(t.Context(), "k")); e.State != participant.Reverted || s.taken["k"] != 0 {
		t.Errorf("%s, taken %d", e.State, s.taken["k"])
	}
}

func TestUnfitKeysAndRequests(t *testing.T) {
	t.Parallel()
	s := newService()
	op := s.operation("stock")
	for _, key := range []string{"", " ", "a b", "a\n", "\x7f", "é", "a\x00", strings.Repeat("k", participant.MaxKey+1)} {
		calls := map[string]func() (participant.Entry, error){
			"do":    func() (participant.Entry, error) { return op.Do(t.Context(), key, raw(two)) },
			"undo":  func() (participant.Entry, error) { return op.Undo(t.Context(), key) },
			"probe": func() (participant.Entry, error) { return op.Probe(t.Context(), key) },
			"fence": func() (participant.Entry, error) { return op.Fence(t.Context(), key) },
		}
		for name, call := range calls {
			if e, err := call(); !errors.Is(err, participant.ErrInvalid) {
				t.Errorf("%s of %q: %+v, %v", name, key, e, err)
			}
		}
	}
	for _, body := range []string{"", "{", "{}{}", "nothing", "{\"then\":\"\xff\"}", `{"quantity":"x"}`} {
		if e, err := op.Do(t.Context(), "k", raw(body)); !errors.Is(err, participant.ErrInvalid) {
			t.Errorf("do %q: %+v, %v", body, e, err)
		}
	}
	if len(s.ledger) != 0 {
		t.Errorf("recorded %+v", s.ledger)
	}
	longest := strings.Repeat("~", participant.MaxKey)
	if e := must(t)(op.Do(t.Context(), longest, raw(two))); e.Key != longest {
		t.Errorf("the entry is %+v", e)
	}
}

// odd is a ledger with one answer.
type odd struct {
	entry         participant.Entry
	read, written error
}

func (o odd) Entry(context.Context, string) (participant.Entry, error) { return o.entry, o.read }
func (o odd) Record(context.Context, participant.Entry) error          { return o.written }

func TestALedgerThatFailsDecidesNothing(t *testing.T) {
	t.Parallel()
	work := func(context.Context) (any, error) { return nil, nil }
	unwork := func(context.Context, participant.Entry) error { return nil }
	none := participant.Entry{Key: "k", State: participant.None}
	for name, l := range map[string]odd{
		"unreadable":    {read: errBroken},
		"unwritable":    {entry: none, written: errBroken},
		"no state":      {entry: participant.Entry{Key: "k"}},
		"a later state": {entry: participant.Entry{Key: "k", Operation: "stock", State: "HELD"}},
		"another key":   {entry: participant.Entry{Key: "j", Operation: "stock", State: participant.Applied, Request: json.RawMessage(two)}},
	} {
		results := map[string]error{}
		_, results["do"] = participant.Do(t.Context(), l, "stock", "k", raw(two), work)
		_, results["undo"] = participant.Undo(t.Context(), l, "stock", "k", unwork)
		_, results["fence"] = participant.Fence(t.Context(), l, "stock", "k")
		if name != "unwritable" {
			_, results["probe"] = participant.Probe(t.Context(), l, "k")
		}
		for call, err := range results {
			if err == nil || errors.Is(err, participant.ErrInvalid) || errors.Is(err, participant.ErrKeyReused) {
				t.Errorf("%s, %s: %v", name, call, err)
			}
		}
	}
}
