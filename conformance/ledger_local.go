package conformance

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// Basket is the state of the local steps that are tested: it has fields of many kinds.
type Basket struct {
	Item   string            `json:"item"`
	Number int               `json:"number,omitempty"`
	Lines  []string          `json:"lines"`
	Refs   map[string]string `json:"refs"`
	Note   *string
}

func basket() *Basket {
	return &Basket{Item: "dog", Number: 3, Lines: []string{"x"}, Refs: map[string]string{"b": "old"}}
}

func localChecks() []ledgerCheck {
	return []ledgerCheck{
		{"Local/done-once", localDoneOnce},
		{"Local/no-answer-leaves-nothing", localWithoutAnAnswer},
		{"Local/compensation", localCompensation},
		{"Local/the-key-of-an-operation", localUnderAnothersKey},
		{"Local/eight-callers-of-one-key", localEightCallers},
	}
}

// packer counts how often its local steps ran; each takes a dog.
type packer struct {
	*shelf
	ran atomic.Int64
}

// says is a call of a local step that takes a dog, changes the state and returns an error.
func (p *packer) says(said error, b *Basket, key string) error {
	k, err := saga.ParseKey(key)
	p.must(err)
	return p.Func(func(ctx context.Context, tx Stock, b *Basket, _ saga.Attempt) error {
		note := fmt.Sprint("run ", p.ran.Add(1))
		b.Number, b.Note, b.Refs, b.Lines = 0, &note, map[string]string{"a": note}, append(b.Lines, note)
		if err := tx.Take(ctx, b.Item, 1); err != nil {
			return err
		}
		return said
	})(p.Context(), b, saga.Attempt{Key: k, Number: 1})
}

// took wants the steps to have run so often and to have left so many effects.
func (p *packer) took(ran int64, dogs int) {
	p.Helper()
	if left := p.left(); p.ran.Load() != ran || left.Dogs != 100-dogs {
		p.Errorf("it ran %d times and took %d, want %d and %d", p.ran.Load(), 100-left.Dogs, ran, dogs)
	}
}

// A repeat gets the outcome and the state of the first call, and does nothing else.
func localDoneOnce(s *shelf) {
	dogs := 0
	for name, c := range map[string]struct {
		said, want error
		dogs       int
	}{
		"success":      {nil, nil, 1},
		"pending":      {saga.Pending, saga.Pending, 1},
		"refusal":      {fmt.Errorf("%w: sold out", saga.Refused), saga.Refused, 0},
		"coded":        {&participant.Refusal{Code: "sold-out", Detail: "Ask later.", Data: []byte(`{"at": 7}`)}, saga.Refused, 0},
		"with refusal": {fmt.Errorf("%w: %w", saga.Refused, errors.New("no")), saga.Refused, 0},
	} {
		p := &packer{shelf: s}
		first, second := basket(), basket()
		err := p.says(c.said, first, name+"/ship")
		again := p.says(errors.New("ran again"), second, name+"/ship")
		if !errors.Is(err, c.want) || fmt.Sprint(again) != fmt.Sprint(err) || saga.OutcomeOf(again) != saga.OutcomeOf(c.said) {
			s.Errorf("%s: first %v, then %v, want %v both times", name, err, again, c.want)
		}
		dogs += c.dogs
		p.took(1, dogs)
		if !reflect.DeepEqual(first, second) || second.Number != 0 || len(second.Refs) != 1 {
			s.Errorf("%s: the state is %+v, and a repeat makes it %+v", name, first, second)
		}
	}
}

// What is no answer leaves nothing, so that the next attempt does the work.
func localWithoutAnAnswer(s *shelf) {
	p := &packer{shelf: s}
	for _, said := range []error{errors.New("lost"), saga.NotDone, fmt.Errorf("%w: %w", saga.Refused, saga.NotDone)} {
		if err := p.says(said, basket(), "o-1/ship"); !errors.Is(err, said) {
			s.Errorf("got %v, want %v", err, said)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.Func(func(ctx context.Context, tx Stock, _ *Basket, _ saga.Attempt) error {
			_ = tx.Take(ctx, "dog", 1)
			panic("nil map")
		})(s.Context(), basket(), saga.Attempt{Key: saga.Key{Instance: "o-1", Step: "ship"}, Number: 1})
	}()
	s.want(100, 100, 0)
	s.must(p.says(nil, basket(), "o-1/ship"))
	p.took(4, 1)
}

// A compensation runs although its action was not done here; then a late action is refused.
func localCompensation(s *shelf) {
	p := &packer{shelf: s}
	refused := fmt.Errorf("%w: not now", saga.Refused)
	if err := p.says(refused, basket(), "o-1/ship~undo"); !errors.Is(err, saga.Refused) {
		s.Errorf("got %v", err)
	}
	s.must(p.says(nil, basket(), "o-1/ship~undo")) // its refusal did not stay
	s.must(p.says(nil, basket(), "o-1/ship~undo"))
	p.took(2, 1)
	if err := p.says(nil, basket(), "o-1/ship"); !errors.Is(err, saga.Refused) {
		s.Errorf("a late action: %v", err)
	}
	p.took(2, 1)
	s.must(p.says(nil, basket(), "o-2/ship"))
	s.must(p.says(nil, basket(), "o-2/ship~undo"))
	s.must(p.says(nil, basket(), "o-2/ship")) // its recorded success
	p.took(4, 3)
	s.must(p.says(nil, basket(), "bestellung-ü/ship")) // any id that a saga may have
}

func localUnderAnothersKey(s *shelf) {
	p := &packer{shelf: s}
	s.reach("o-1/ship", "APPLIED")
	if err := p.says(nil, basket(), "o-1/ship"); !errors.Is(err, participant.ErrKeyReused) {
		s.Errorf("got %v", err)
	}
	p.took(0, 0)
}

func localEightCallers(s *shelf) {
	p := &packer{shelf: s}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			b := basket()
			if err := p.says(nil, b, "o-1/ship"); err != nil || b.Note == nil || *b.Note != "run 1" {
				s.Errorf("%+v, error %v", b, err)
			}
		})
	}
	all.Wait()
	p.took(1, 1)
}
