package saga_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// recorded is what a node of the version before did to its store, one call a line. It died with
// nine instances in its hands or asleep, each at another place of the same trip.
type recorded struct {
	Do         string
	Node       string
	Append     saga.Append
	Checkpoint saga.Checkpoint
	Claim      saga.Claim
	Shapes     []saga.StoredShape
	Commands   []saga.Command
}

var stamp = regexp.MustCompile(`2026-11-23T[0-9:.]+Z`)

// moved brings the times in stored bytes near to now.
func moved(stored []byte, by time.Duration) []byte {
	return stamp.ReplaceAllFunc(stored, func(text []byte) []byte {
		at, err := time.Parse(time.RFC3339Nano, string(text))
		if err != nil {
			panic(err)
		}
		return at.Add(by).AppendFormat(nil, time.RFC3339Nano)
	})
}

// replay does all of it again and returns the node's name and its next position.
func replay(t *testing.T, store saga.Store) (node string, next int64) {
	t.Helper()
	file, err := os.ReadFile("testdata/left-by-the-version-before.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	by := time.Until(time.Date(2026, 11, 23, 2, 21, 6, 0, time.UTC))
	for lines := bufio.NewScanner(bytes.NewReader(file)); lines.Scan(); {
		var call recorded
		if err := json.Unmarshal(moved(lines.Bytes(), -by), &call); err != nil {
			t.Fatal(err)
		}
		call.Append.Entries = moved(call.Append.Entries, -by)
		for i := range call.Checkpoint.Rows {
			call.Checkpoint.Rows[i].Data = moved(call.Checkpoint.Rows[i].Data, -by)
		}
		for i := range call.Checkpoint.History {
			call.Checkpoint.History[i].Entries = moved(call.Checkpoint.History[i].Entries, -by)
		}
		if err := call.again(t.Context(), store); err != nil {
			t.Fatalf("%s: %v", call.Do, err)
		}
		node, next = call.Append.Node, call.Append.Position+1
	}
	return node, next
}

func (c recorded) again(ctx context.Context, store saga.Store) (err error) {
	switch c.Do {
	case "define":
		_, err = store.Instances().Define(ctx, c.Shapes)
	case "join":
		err = store.Journal().Join(ctx, c.Node, 0)
	case "append":
		_, err = store.Journal().Append(ctx, c.Append)
	case "checkpoint":
		err = store.Journal().Checkpoint(ctx, c.Checkpoint)
	case "claim":
		_, err = store.Instances().Claim(ctx, c.Claim)
	case "send":
		err = store.Instances().Send(ctx, c.Commands)
	default:
		err = errors.New("no such call")
	}
	return err
}

// oldTrip is the recorded definition. What was asked about and never arrived says so.
func oldTrip() saga.Definition[trip] {
	done := func(step string) saga.Func[trip] {
		return func(_ context.Context, s *trip, a saga.Attempt) error {
			if step == "ticket" {
				s.Ticket = "T-" + a.Key.Instance
			}
			return nil
		}
	}
	return saga.Definition[trip]{Name: "trip", Version: 1, Deadline: 300 * 24 * time.Hour, Steps: []saga.Step[trip]{
		{Name: "hotel", Replayable: true, Action: done("hotel"), Compensation: done("hotel")},
		{Name: "flight", Action: done("flight"), Compensation: done("flight"), Timeout: time.Hour, Retry: hourly,
			Probe: func(_ context.Context, _ *trip, a saga.Attempt) error {
				if a.Key.Instance == "doubtful" {
					return nil
				}
				return fmt.Errorf("%w: no such booking", saga.NotDone)
			},
			Fence: func(context.Context, *trip, saga.Attempt) error { return fmt.Errorf("%w: forbidden", saga.Refused) }},
		{Name: "car", Replayable: true, Action: done("car"), Compensation: done("car"), Timeout: time.Hour, Retry: hourly},
		{Name: "ticket", Kind: saga.Pivot, Replayable: true, Action: done("ticket")},
		{Name: "mail", Kind: saga.Retriable, Replayable: true, Action: done("mail")},
	}}
}

var hourly = saga.RetryPolicy{MaxAttempts: 50, Initial: time.Hour, Max: time.Hour, Factor: 1}

type trip struct {
	Traveller string `json:"traveller"`
	Seats     int    `json:"seats"`
	Ticket    string `json:"ticket,omitempty"`
}

// A node of the version before and one of this run together on one store, during a deploy. This one
// leaves the other alone while it lives, takes over what it leaves, and brings all of it to its end.
func TestANodeOfTheVersionBeforeIsLivedWithAndTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.Open()
		before, next := replay(t, store)
		def := oldTrip()
		e, err := saga.New(store, nil, def)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()

		for range 12 { // it lives on, with nothing to say, for four times the lease
			wait(2 * time.Second)
			if _, err := store.Journal().Append(ctx, saga.Append{Node: before, Position: next, Entries: []byte(`{"v":1,"e":[]}`)}); err != nil {
				t.Fatalf("the older node was not left alone: %v", err)
			}
			next++
		}
		if in, err := e.Get(ctx, "asked"); err != nil || in.Status != saga.Running || in.Node != before {
			t.Errorf("asked is %v at %q (%v), want it to be the older node's", in.Status, in.Node, err)
		}

		for id, want := range map[string]saga.Status{
			"completed": saga.Completed, "refused": saga.Compensated, "asked": saga.Completed, "called": saga.Completed,
			"doubtful": saga.Completed, "later": saga.Completed, "undoing": saga.Compensated, "ahead": saga.Completed,
			"fresh": saga.Completed, "stopped": saga.NeedsAttention,
		} {
			s, err := def.Wait(ctx, e, id)
			got := saga.Completed
			if status, ok := errors.AsType[*saga.StatusError](err); ok {
				got = status.Instance.Status
			} else if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			if got != want || want == saga.Completed && s.Ticket != "T-"+id {
				t.Errorf("%s is %s with %+v, want %s", id, got, s, want)
			}
			wantGapless(t, e, id)
		}
		if _, err := store.Journal().Append(ctx, saga.Append{Node: before, Position: next}); !errors.Is(err, saga.ErrSealed) {
			t.Errorf("the older node wakes and hears %v, want that it was sealed", err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func wait(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}

func wantGapless(t *testing.T, e *saga.Engine, id string) {
	t.Helper()
	events, err := e.History(t.Context(), id)
	if err != nil {
		t.Errorf("%s: %v", id, err)
	}
	for i, ev := range events {
		if ev.Seq != i+1 {
			t.Errorf("%s: transition %d has number %d", id, i+1, ev.Seq)
		}
	}
}

// What this version stores, the version before can read: it has no member that the other lacks. The
// lists are those of that version, and change only when a deploy from it is no longer supported.
func TestTheVersionBeforeReadsWhatThisOneWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.Open()
		replay(t, store)
		def := oldTrip()
		e, err := saga.New(store, nil, def)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		for _, id := range []string{"undoing", "doubtful", "fresh"} {
			_, _ = def.Wait(ctx, e, id) // one of them is compensated
		}
		rows, err := store.Reader().Find(ctx, saga.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			wantMembers(t, row.Data, "format", "i", "f", "w", "t", "u", "e", "h", "q", "v", "s", "r", "x", "n", "d", "z", "b", "p", "c", "a", "m", "o", "k", "y", "l")
			chunks, err := store.Reader().History(ctx, row.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range chunks {
				wantEntries(t, c.Entries)
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func wantEntries(t *testing.T, data []byte) {
	t.Helper()
	var read struct {
		V int
		E []json.RawMessage
	}
	if err := json.Unmarshal(data, &read); err != nil || read.V != 1 {
		t.Errorf("%s: format %d, %v", data, read.V, err)
	}
	wantMembers(t, data, "v", "e")
	for _, e := range read.E {
		members := wantMembers(t, e, "i", "q", "t", "k", "p", "c", "r", "a", "o", "x", "d", "v", "m", "b", "g")
		wantMembers(t, members["g"], "s", "r", "x", "n", "d", "z", "b", "p", "c", "a", "m", "o", "k", "y", "l")
	}
}

func wantMembers(t *testing.T, data []byte, known ...string) (members map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(data, &members); err != nil {
		t.Errorf("%s: %v", data, err)
	}
	for name := range members {
		if !slices.Contains(known, name) {
			t.Errorf("the version before does not know member %q of %s", name, data)
		}
	}
	return members
}
