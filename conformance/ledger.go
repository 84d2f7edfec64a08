package conformance

import (
	"context"
	"errors"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// Participant is a service's database with a ledger, an outbox and a stock of 100 cats and 100 dogs, as
// the test of a driver gives it to [TestLedger].
type Participant interface {
	// Operation is the driver's operation over the work on the stock. Without an Undo it cannot be undone.
	Operation(w Work[Pick]) participant.Operation
	// Later is the same in a later version of the service, whose requests have another type.
	Later(w Work[LaterPick]) participant.Operation
	// Func is the driver's local step over work on the stock.
	Func(fn func(ctx context.Context, tx Stock, b *Basket, a saga.Attempt) error) saga.Func[Basket]
	// Change runs fn in a transaction, which is rolled back if fn returns an error.
	Change(ctx context.Context, fn func(ctx context.Context, tx Stock) error) error
	// Left counts what is left of the stock, and the rows of the ledger.
	Left(ctx context.Context) (Left, error)
	// Rows returns the messages in the outbox, as the driver's queue does.
	Rows(ctx context.Context, limit int) ([]message.Row, error)
	// Again opens the same database by connections of their own.
	Again(t testing.TB) Participant
}

// Stock is a transaction of a [Participant]: the driver's Bound, and what the work does.
type Stock interface {
	participant.Ledger
	// Take takes so many of an item, or puts them back if n is negative. If there are too few, the
	// statement fails.
	Take(ctx context.Context, item string, n int) error
	// End rolls the transaction back behind the driver's back.
	End(ctx context.Context) error
	// Fill lets the outbox refuse all messages from here on.
	Fill(ctx context.Context) error
}

// Work is what an operation's name and its two functions are made of; C is the request.
type Work[C any] struct {
	Name string
	Do   func(ctx context.Context, tx Stock, key string, c C) (reply string, err error)
	Undo func(ctx context.Context, tx Stock, key string, c C, reply string) error
}

// Pick is a request for some of each item.
type Pick struct {
	Items map[string]int `json:"items"`
	Then  string         `json:"then,omitempty"` // what to do after the change
	Box   any            `json:"box,omitempty"`
}

// LaterPick is what has become of [Pick].
type LaterPick struct {
	Items map[string]int `json:"items"`
	Box   int            `json:"box"`
}

// Left is what stands in the database of a [Participant].
type Left struct{ Cats, Dogs, Entries int }

// TestLedger runs every check of the ledger as a parallel subtest of t: operations, their replies in the
// outbox, and local steps. Open returns a database as [Participant] describes it each time it is called
// and cleans up by t.Cleanup; it is called from several goroutines at once.
func TestLedger(t *testing.T, open func(t testing.TB) Participant) {
	for _, part := range [][]ledgerCheck{operationChecks(), ledgerRaceChecks(), ledgerReplyChecks(), localChecks()} {
		for _, c := range part {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				p := open(t)
				c.run(&shelf{TB: t, Participant: p, pick: p.Operation(picking("pick"))})
			})
		}
	}
}

type ledgerCheck struct {
	name string
	run  func(s *shelf)
}

// shelf is what a check of the ledger works with.
type shelf struct {
	testing.TB
	Participant
	pick participant.Operation
}

func (s *shelf) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) left() Left {
	s.Helper()
	left, err := s.Left(s.Context())
	s.must(err)
	return left
}

func (s *shelf) want(cats, dogs, entries int) {
	s.Helper()
	if got, want := s.left(), (Left{cats, dogs, entries}); got != want {
		s.Errorf("there is %+v, want %+v", got, want)
	}
}

// entry wants a call to come to a state.
func (s *shelf) entry(want participant.State) func(participant.Entry, error) participant.Entry {
	return func(e participant.Entry, err error) participant.Entry {
		s.Helper()
		if err != nil || e.State != want {
			s.Errorf("got %+v, %v; want %s", e, err, want)
		}
		return e
	}
}

var (
	errBroken = errors.New("broken")
	twoCats   = []byte(`{"items":{"cat":2}}`)
	threeCats = []byte(`{"items":{"cat":3}}`)
	manyDogs  = []byte(`{"items":{"cat":1,"dog":101}}`) // so many are not there
)

// pickedReply is recorded with signs that JSON may write in more ways than one.
const pickedReply = "<&\u0000é>"

func picking(name string) Work[Pick] { return Work[Pick]{Name: name, Do: take, Undo: putBack} }
