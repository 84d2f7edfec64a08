package saga_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// healthy is the row of an instance that waits to be called for the first time.
func healthy(id string) saga.Row {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return saga.Row{ID: id, Definition: "counting", Version: 1, Status: saga.Running, Live: true, Due: at, Started: at, Data: []byte(
		`{"format":1,"i":"` + id + `","f":"counting","w":1,"t":"2026-01-02T03:04:05Z","u":"2026-01-02T03:04:05Z","h":"AA==","q":1,` +
			`"v":{"n":1},"s":"running","n":"2026-01-02T03:04:05Z","c":"action","m":".."}`)}
}

// Whatever the bytes of one instance are, of its journal, its history, its definition and of a
// command for it: an engine that recovers, claims, operates and reads them does not panic. It
// brings the sound instance beside it to its end, and one that gets the same command to its end or
// to a person. If it leaves the odd one alone, it says so.
func FuzzStored(f *testing.F) {
	const (
		open   = `{"format":1,"i":"odd","f":"counting","w":1,"t":"2026-01-02T03:04:05Z","u":"2026-01-02T03:04:05Z","h":"AA==","q":1,"v":{"n":1},"s":"running","n":"2026-01-02T03:04:05Z","c":"action","m":".."}`
		back   = `{"format":1,"i":"odd","f":"stored","w":1,"t":"2026-01-02T03:04:05Z","q":3,"v":{"n":1},"s":"needs attention","r":"in doubt","z":true,"b":true,"p":1,"c":"compensation","a":1,"m":"s?","o":[0,1]}`
		next   = `{"v":1,"e":[{"i":"odd","q":2,"t":"2026-01-02T03:04:06Z","k":"answered","c":"action","a":1,"o":"succeeded","v":{"n":2},"g":{"s":"running","n":"2026-01-02T03:04:05Z","p":1,"c":"action","m":"s."}}]}`
		begin  = `{"v":1,"e":[{"i":"new","q":1,"t":"2026-01-02T03:04:05Z","k":"started","v":{"n":1},"b":{"f":"stored","w":1,"h":"AA=="},"g":{"s":"running","n":"2026-01-02T03:04:05Z","c":"action","m":".."}}]}`
		shape  = `{"name":"stored","version":1,"steps":[{"name":"a","kind":"compensatable","compensation":true,"probe":true},{"name":"b","kind":"retriable","fence":true}]}`
		settle = `{"format":1,"verb":"resolve","outcome":"succeeded","set":{"n":5},"by":"kim","reason":"why"}`
		turn   = `{"format":1,"verb":"compensate","by":"kim","reason":"why"}`
	)
	with := func(stored, part, instead string) []byte { return []byte(strings.Replace(stored, part, instead, 1)) }
	for _, owned := range []bool{true, false} {
		f.Add([]byte(open), []byte(next), []byte(shape), []byte(turn), owned)
		f.Add([]byte(back), []byte(begin), []byte(shape), []byte(settle), owned)
		f.Add([]byte(`{"format":2}`), []byte(`{"v":2}`), []byte(`{}`), []byte(`{"format":2}`), owned)
		f.Add([]byte(`{`), []byte(`[`), []byte(`7`), []byte(``), owned)
		// What is JSON, and of no instance that there can be.
		for _, row := range [][]byte{
			with(open, `"q":1`, `"q":1,"p":7`), with(back, `"p":1`, `"p":-1`), with(back, `"s?"`, `""`), with(open, `".."`, `".....s"`),
			with(open, `"odd"`, `"sound"`), with(back, `"odd"`, `""`), with(back, `"q":3`, `"q":-1`), with(back, `[0,1]`, `[-1,2,3]`),
			with(open, `"counting"`, `"unheard of"`), with(open, `"running"`, `"completed"`), with(open, `"action"`, `"0"`), with(open, `"action"`, `""`),
		} {
			f.Add(row, []byte(``), []byte(shape), with(turn, "compensate", "retry"), owned)
		}
		for _, entries := range [][]byte{
			with(next, `"p":1`, `"p":9`), with(next, `"s."`, `""`), with(next, `"a":1`, `"p":-1`), with(begin, `".."`, `"..."`),
			with(begin, `"c":"action"`, `"p":9`), with(begin, `"new"`, `"sound"`), []byte(`{"v":1,"e":[null]}`),
		} {
			f.Add([]byte(open), entries, []byte(shape), with(turn, "compensate", "skip"), owned)
		}
		for _, shape := range []string{`{"steps":[]}`, `{"steps":[{},{}]}`, `null`} {
			f.Add([]byte(back), []byte(begin), []byte(shape), with(turn, "compensate", "stop"), owned)
		}
	}
	f.Fuzz(func(t *testing.T, row, entries, shape, command []byte, owned bool) {
		at := time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)
		s := stored(t, row, entries, shape, command, owned)
		l, err := saga.NewLoop("next", at, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, counting())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Journal().Join(t.Context(), "next", 0); err != nil {
			t.Fatal(err)
		}
		warned := false
		for range 60 {
			warned = drive(t.Context(), l, s, at) || warned
			at = l.Next()
		}
		wantNoneSilent(t, s, row, warned, at)
		readAll(t, s)
	})
}

type count struct {
	N int `json:"n"`
}

func counting() saga.Definition[count] {
	add := func(_ context.Context, c *count, _ saga.Attempt) error { c.N++; return nil }
	return saga.Definition[count]{Name: "counting", Version: 1, Steps: []saga.Step[count]{
		{Name: "a", Action: add, Compensation: add, Probe: add}, {Name: "b", Kind: saga.Retriable, Action: add},
	}}
}

// stored makes a store in which a node has died that held an odd instance, or had released it.
func stored(t *testing.T, row, entries, shape, command []byte, owned bool) saga.Store {
	t.Helper()
	ctx, s := t.Context(), memory.Open()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	odd := saga.Row{ID: "odd", Definition: "stored", Version: 1, Status: saga.Running, Live: true, Due: at, Started: at, Data: row}
	if owned {
		odd.Owner = "dead"
	}
	errs := []error{s.Journal().Join(ctx, "dead", 0)}
	_, err := s.Journal().Append(ctx, saga.Append{Node: "dead", Position: 1})
	errs = append(errs, err, s.Journal().Checkpoint(ctx, saga.Checkpoint{
		Node: "dead", From: 0, To: 1, Rows: []saga.Row{odd, healthy("sound"), healthy("told")}, History: []saga.Chunk{{ID: "odd", Seq: 1, Entries: entries}},
	}))
	_, err = s.Journal().Append(ctx, saga.Append{Node: "dead", Position: 2, Entries: entries, Starts: []saga.StartKey{{ID: "new", Definition: "stored", Hash: []byte{0}}}})
	errs = append(errs, err)
	_, err = s.Instances().Define(ctx, []saga.StoredShape{{Name: "stored", Version: 1, Data: shape}})
	errs = append(errs, err, s.Instances().Send(ctx, []saga.Command{
		{ID: "c", Instance: "odd", Sent: at, Data: command}, {ID: "t", Instance: "told", Sent: at, Data: command},
	}))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return s.Reopen()
}

// drive does all that a loop wants done at one moment, and reports whether it warned.
func drive(ctx context.Context, l *saga.Loop, s saga.Store, at time.Time) (warned bool) {
	for range 50 {
		tasks := l.Tasks(at)
		for _, task := range tasks {
			switch {
			case task.OnStore():
				if tell, err := task.Do(ctx, s, false); err == nil {
					tell(at)
				} else {
					task.Fail(err, at)
				}
			case task.Call != nil:
				task.Call.Tell(task.Call.Make(ctx), at)
			}
			warned = warned || task.Kind == saga.TaskWarn
		}
		if len(tasks) == 0 {
			break
		}
	}
	return warned
}

// wantNoneSilent holds that no instance stands still without anybody being told.
func wantNoneSilent(t *testing.T, s saga.Store, odd []byte, warned bool, at time.Time) {
	t.Helper()
	rows, err := s.Reader().Find(t.Context(), saga.Filter{IDs: []string{"odd", "sound", "told"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		switch {
		case row.ID == "sound" && row.Status != saga.Completed:
			t.Errorf("the sound instance is %s: %s", row.Status, row.Data)
		case row.ID == "told" && row.Live && row.Status != saga.NeedsAttention:
			t.Errorf("the one with a command is %s: %s", row.Status, row.Data)
		case row.ID == "odd" && bytes.Equal(row.Data, odd) && !warned && !waits(odd, at):
			t.Errorf("nobody is told of the odd one, which %q holds: %s", row.Owner, row.Data)
		}
	}
}

// waits reports whether by its row an instance has nothing to do so far.
func waits(row []byte, at time.Time) bool {
	var in struct {
		Status saga.Status `json:"s"`
		Due    time.Time   `json:"d"`
	}
	return json.Unmarshal(row, &in) == nil && (in.Status.Ended() || in.Due.After(at))
}

// readAll looks at everything in every way that people can, and wants the sound instance at its end.
func readAll(t *testing.T, s saga.Store) {
	t.Helper()
	ctx := t.Context()
	e, err := saga.New(s, &saga.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"odd", "new", "sound"} {
		in, err := e.Get(ctx, id)
		switch {
		case id == "sound" && err != nil && !errors.Is(err, saga.ErrFormat): // some definition cannot be read
			t.Fatal(err)
		case err == nil && in.Status.Ended() != (in.Explain() == ""):
			t.Fatalf("%s is %s, and explained as %q", id, in.Status, in.Explain())
		case err == nil && !json.Valid(in.State):
			t.Fatalf("the state of %s is %s", id, in.State)
		}
		events, err := e.History(ctx, id)
		for i, event := range events {
			if event.Seq != events[0].Seq+i || len(event.Patch) > 0 && !json.Valid(event.Patch) {
				t.Fatalf("the history of %s has %+v after %d events, error %v", id, event, i, err)
			}
		}
	}
	for _, verb := range []saga.Verb{saga.Retry, saga.Compensate, saga.Skip, saga.Stop} {
		if _, err := e.Preview(ctx, saga.Intervention{Verb: verb, By: "kim", Reason: "why"}); err != nil && !errors.Is(err, saga.ErrFormat) {
			t.Fatalf("preview of %s: %v", verb, err)
		}
	}
	_, _ = e.Find(ctx, saga.Filter{Text: "odd"})
	answers, err := s.Instances().Answers(ctx, []string{"c"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		if r := saga.ResultOf("odd", a); errors.Is(r.Err, saga.ErrFormat) && !bytes.Contains(a.Data, []byte(`"format"`)) {
			t.Fatalf("the answer is %s", a.Data)
		}
	}
}
