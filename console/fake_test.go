package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
)

var _ console.Source = (*saga.Engine)(nil)

// fake is a source in memory.
type fake struct {
	mu     sync.Mutex
	found  []saga.Instance // latest start first
	events map[string][]saga.Event
	sent   map[string][]saga.Sent
	err    error
}

func (f *fake) Sent(_ context.Context, id string) ([]saga.Sent, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent[id], f.err
}

func (f *fake) Find(_ context.Context, q saga.Filter) ([]saga.Instance, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []saga.Instance
	for _, in := range f.found {
		wrong := len(q.IDs) > 0 && !slices.Contains(q.IDs, in.ID) ||
			len(q.Statuses) > 0 && !slices.Contains(q.Statuses, in.Status) ||
			q.Definition != "" && q.Definition != in.Definition ||
			!q.Before.IsZero() && !in.Started.Before(q.Before)
		if !wrong && len(out) < q.Limit {
			out = append(out, in)
		}
	}
	return out, f.err
}

func (f *fake) Get(_ context.Context, id string) (saga.Instance, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, in := range f.found {
		if in.ID == id {
			return in, f.err
		}
	}
	return saga.Instance{}, fmt.Errorf("fake: %w", saga.ErrNotFound)
}

func (f *fake) History(_ context.Context, id string) ([]saga.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.events[id]), f.err
}

func (f *fake) Count(context.Context) (map[saga.Status]int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	by := map[saga.Status]int{}
	for _, in := range f.found {
		by[in.Status]++
	}
	return by, f.err
}

// order puts an instance of two steps in front: started some time ago, nothing called yet.
func (f *fake) order(id string, ago time.Duration) *order {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := time.Now().Add(-ago)
	state := json.RawMessage(`{"item":"EST-1","order":0}`)
	f.found = append(f.found, saga.Instance{ID: id, Definition: "shop.order", Version: 1, Status: saga.Running, Since: at,
		Started: at, Updated: at, Step: "STOCK", Call: saga.CallAction, Node: "node-1", Seq: 1, State: state,
		Steps: []saga.StepStatus{{Name: "STOCK", Mark: saga.NotStarted}, {Name: "ORDER", Mark: saga.NotStarted}}})
	slices.SortStableFunc(f.found, func(a, b saga.Instance) int { return b.Started.Compare(a.Started) })
	if f.events == nil {
		f.events = map[string][]saga.Event{}
	}
	f.events[id] = []saga.Event{{Instance: id, Definition: "shop.order", Version: 1, Seq: 1, At: at, Kind: saga.EventStarted,
		Status: saga.Running, Open: "STOCK", Patch: state}}
	return &order{f, id}
}

// order is one instance of the fake.
type order struct {
	fake *fake
	id   string
}

// then records an event some time after the last and sets where the instance stands.
func (o *order) then(after time.Duration, e saga.Event, marks ...saga.Mark) *order {
	o.fake.mu.Lock()
	defer o.fake.mu.Unlock()
	list := o.fake.events[o.id]
	e.Instance, e.Seq, e.At = o.id, len(list)+1, list[len(list)-1].At.Add(after)
	if e.Kind == "" {
		e.Kind = saga.EventAnswered
	}
	o.fake.events[o.id] = append(list, e)
	for i := range o.fake.found {
		in := &o.fake.found[i]
		if in.ID != o.id {
			continue
		}
		if in.Status != e.Status {
			in.Since = e.At
		}
		in.Status, in.Reason, in.Step, in.Due, in.Seq, in.Updated = e.Status, e.Reason, e.Open, e.Due, e.Seq, e.At
		in.Detail, in.Back = e.Error, e.Status == saga.Compensating
		in.Steps = slices.Clone(in.Steps)
		for k, m := range marks {
			in.Steps[k].Mark = m
		}
	}
	return o
}

// succeeded is the answer of a step's action after which another is open.
func succeeded(step, open string) saga.Event {
	return saga.Event{Step: step, Call: saga.CallAction, Number: 1, Outcome: saga.Succeeded, Took: 9 * time.Millisecond, Status: saga.Running, Open: open}
}

func (o *order) completed() *order {
	end := succeeded("ORDER", "")
	end.Status = saga.Completed
	return o.then(10*time.Millisecond, succeeded("STOCK", "ORDER"), saga.InEffect).then(10*time.Millisecond, end, saga.InEffect, saga.InEffect)
}

func (o *order) unknown() *order {
	lost := saga.Event{Step: "ORDER", Call: saga.CallAction, Number: 1, Outcome: saga.Unknown, Took: 2 * time.Second,
		Error: "no answer within 2 s", Status: saga.Running, Open: "ORDER"}
	return o.then(10*time.Millisecond, succeeded("STOCK", "ORDER"), saga.InEffect).then(2010*time.Millisecond, lost, saga.InEffect, saga.MaybeDone)
}

func newConsole(t *testing.T, source console.Source, config *console.Config) *console.Console {
	t.Helper()
	if config == nil {
		config = &console.Config{Location: time.UTC}
	}
	c, err := console.New(source, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// get asks for an address and returns the answer.
func get(t *testing.T, h http.Handler, address string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// shows fails unless the page answers with a status and has all texts.
func shows(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	body := w.Body.String()
	if strings.Contains(body, "⟦") {
		t.Errorf("a text is missing: %s", body[strings.Index(body, "⟦"):][:60])
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if t.Failed() {
		t.Logf("page:\n%s", body)
	}
}

// lacks fails if the page has a text.
func lacks(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(w.Body.String(), text) {
			t.Errorf("the page has %q", text)
		}
	}
}
