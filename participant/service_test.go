package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// memory is a ledger without a database.
type memory map[string]participant.Entry

func (m memory) Entry(_ context.Context, key string) (participant.Entry, error) {
	if e, ok := m[key]; ok {
		return e, nil
	}
	return participant.Entry{Key: key, State: participant.None}, nil
}

func (m memory) Record(_ context.Context, e participant.Entry) error {
	m[e.Key] = e
	return nil
}

// order is what the service below is asked for.
type order struct {
	Quantity int    `json:"quantity"`
	Then     string `json:"then,omitempty"` // after the change: "refuse", "refuse plainly", "fail", "reject" or nothing
}

var errBroken = errors.New("the disk is on fire")

// service is a participant with one operation and local transactions: what one changes is kept if
// it ends without an error.
type service struct {
	mu     sync.Mutex
	ledger memory
	taken  map[string]int // per key
	done   map[string]int // how often per key
	undone map[string]int
	broken error // of the next undo
	outbox []message.Message
}

func newService() *service {
	return &service{ledger: memory{}, taken: map[string]int{}, done: map[string]int{}, undone: map[string]int{}}
}

func (s *service) change(fn func() (participant.Entry, error)) (participant.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ledger, taken, done, undone, outbox := maps.Clone(s.ledger), maps.Clone(s.taken), maps.Clone(s.done), maps.Clone(s.undone), s.outbox
	e, err := fn()
	if err != nil {
		s.ledger, s.taken, s.done, s.undone, s.outbox = ledger, taken, done, undone, outbox
	}
	return e, err
}

func (s *service) operation(name string) participant.Operation { return s.telling(name, nil) }

func (s *service) telling(name string, tell participant.Tell) participant.Operation {
	change := func(fn func() (participant.Entry, error)) (participant.Entry, error) {
		return s.change(func() (participant.Entry, error) {
			e, err := fn()
			if tell == nil {
				return e, err
			}
			m, err := tell(e, err)
			s.outbox = append(s.outbox, m)
			return e, err
		})
	}
	return participant.Operation{
		Telling: func(t participant.Tell) participant.Operation { return s.telling(name, t) },
		Do: func(ctx context.Context, key string, request json.RawMessage) (participant.Entry, error) {
			return change(func() (participant.Entry, error) {
				return participant.Do(ctx, s.ledger, name, key, request, func(context.Context) (any, error) { return s.take(key, request) })
			})
		},
		Undo: func(ctx context.Context, key string) (participant.Entry, error) {
			return change(func() (participant.Entry, error) {
				return participant.Undo(ctx, s.ledger, name, key, func(_ context.Context, e participant.Entry) error { return s.giveBack(e) })
			})
		},
		Probe: func(ctx context.Context, key string) (participant.Entry, error) {
			return change(func() (participant.Entry, error) { return participant.Probe(ctx, s.ledger, key) })
		},
		Fence: func(ctx context.Context, key string) (participant.Entry, error) {
			return change(func() (participant.Entry, error) { return participant.Fence(ctx, s.ledger, name, key) })
		},
	}
}

// take is work that refuses late, so it keeps a savepoint.
func (s *service) take(key string, request json.RawMessage) (any, error) {
	var o order
	if err := json.Unmarshal(request, &o); err != nil {
		return nil, errors.Join(participant.ErrInvalid, err)
	}
	before, doneBefore := s.taken[key], s.done[key]
	s.taken[key] += o.Quantity
	s.done[key]++
	undo := func() { s.taken[key], s.done[key] = before, doneBefore }
	switch o.Then {
	case "refuse":
		undo()
		return nil, &participant.Refusal{Code: "sold-out", Detail: "Nothing is left. Come back tomorrow.", Data: json.RawMessage(`{ "left": 0 }`)}
	case "refuse plainly":
		undo()
		return nil, saga.Refused
	case "reject":
		undo()
		return nil, participant.ErrInvalid
	case "fail":
		return nil, errBroken
	}
	return map[string]int{"taken": o.Quantity}, nil
}

func (s *service) giveBack(e participant.Entry) error {
	var o order
	var reply map[string]int
	if err := errors.Join(json.Unmarshal(e.Request, &o), json.Unmarshal(e.Reply, &reply)); err != nil {
		return err
	}
	s.taken[e.Key] -= reply["taken"]
	s.undone[e.Key]++
	if o.Quantity != reply["taken"] {
		return errors.New("the entry is not that of the do")
	}
	return s.broken
}

// effect says how much is taken under a key, and how often it was done.
func (s *service) effect(key string) (taken, done int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken[key], s.done[key]
}

func must(t testing.TB) func(participant.Entry, error) participant.Entry {
	return func(e participant.Entry, err error) participant.Entry {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }
