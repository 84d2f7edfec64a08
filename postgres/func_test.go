package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/postgres"
)

// Basket is a state with fields of many kinds.
type Basket struct {
	Item   string            `json:"item"`
	Number int               `json:"number,omitempty"`
	Lines  []string          `json:"lines"`
	Refs   map[string]string `json:"refs"`
	Note   *string
}

// larder is a database with something to count.
type larder struct {
	pool *pgxpool.Pool
	mu   sync.Mutex
	ran  int
}

func newLarder(t *testing.T) *larder {
	t.Helper()
	url := pgtest.URL(t)
	exec(t, url, `create table line (item text)`)
	pool, err := pgxpool.New(t.Context(), url)
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, postgres.Prepare(t.Context(), pool))
	return &larder{pool: pool}
}

// says is a local step that adds a line, changes the state and returns an error.
func (s *larder) says(said error) saga.Func[Basket] {
	return postgres.Func(s.pool, func(ctx context.Context, tx pgx.Tx, b *Basket, a saga.Attempt) error {
		s.mu.Lock()
		s.ran++
		s.mu.Unlock()
		note := fmt.Sprint("run ", s.ran)
		b.Number, b.Note, b.Refs, b.Lines = 0, &note, map[string]string{"a": note}, append(b.Lines, note)
		if _, err := tx.Exec(ctx, `insert into line (item) values ($1)`, b.Item); err != nil {
			return err
		}
		return said
	})
}

func (s *larder) lines(t *testing.T) (n int) {
	t.Helper()
	must(t, s.pool.QueryRow(t.Context(), `select count(*) from line`).Scan(&n))
	return n
}

func attempt(key string) saga.Attempt {
	k, err := saga.ParseKey(key)
	if err != nil {
		panic(err)
	}
	return saga.Attempt{Key: k, Number: 1}
}

func basket() *Basket {
	return &Basket{Item: "egg", Number: 3, Lines: []string{"x"}, Refs: map[string]string{"b": "old"}}
}

// A repeat gets the outcome and the state of the first call, and does nothing else.
func TestALocalStepIsDoneOnce(t *testing.T) {
	for name, c := range map[string]struct {
		said  error
		want  error
		lines int
	}{
		"success":      {nil, nil, 1},
		"pending":      {saga.Pending, saga.Pending, 1},
		"refusal":      {fmt.Errorf("%w: sold out", saga.Refused), saga.Refused, 0},
		"coded":        {&participant.Refusal{Code: "sold-out", Detail: "Ask later.", Data: []byte(`{"at": 7}`)}, saga.Refused, 0},
		"with refusal": {fmt.Errorf("%w: %w", saga.Refused, errors.New("no")), saga.Refused, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newLarder(t)
			first, second := basket(), basket()
			err := s.says(c.said)(t.Context(), first, attempt("o-1/ship"))
			again := s.says(errors.New("ran again"))(t.Context(), second, attempt("o-1/ship"))
			if !errors.Is(err, c.want) || fmt.Sprint(again) != fmt.Sprint(err) || saga.OutcomeOf(again) != saga.OutcomeOf(c.said) {
				t.Errorf("first %v, then %v, want %v both times", err, again, c.want)
			}
			if s.ran != 1 || s.lines(t) != c.lines {
				t.Errorf("it ran %d times and left %d lines, want once and %d", s.ran, s.lines(t), c.lines)
			}
			if !reflect.DeepEqual(first, second) || second.Number != 0 || len(second.Refs) != 1 {
				t.Errorf("the state is %+v, and a repeat makes it %+v", first, second)
			}
		})
	}
}

// What is no answer leaves nothing, so that the next attempt does the work.
func TestALocalStepWithoutAnAnswerLeavesNothing(t *testing.T) {
	s := newLarder(t)
	for _, said := range []error{errors.New("lost"), saga.NotDone, fmt.Errorf("%w: %w", saga.Refused, saga.NotDone)} {
		if err := s.says(said)(t.Context(), basket(), attempt("o-1/ship")); !errors.Is(err, said) {
			t.Errorf("got %v, want %v", err, said)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = postgres.Func(s.pool, func(ctx context.Context, tx pgx.Tx, b *Basket, _ saga.Attempt) error {
			_, _ = tx.Exec(ctx, `insert into line (item) values ('x')`)
			panic("nil map")
		})(t.Context(), basket(), attempt("o-1/ship"))
	}()
	if n := s.lines(t); n != 0 {
		t.Errorf("%d lines are left", n)
	}
	must(t, s.says(nil)(t.Context(), basket(), attempt("o-1/ship")))
	if s.lines(t) != 1 {
		t.Error("the next attempt did not do the work")
	}
}

// A compensation runs although its action was not done here; then a late action is refused.
func TestALocalCompensation(t *testing.T) {
	s := newLarder(t)
	refused := fmt.Errorf("%w: not now", saga.Refused)
	if err := s.says(refused)(t.Context(), basket(), attempt("o-1/ship~undo")); !errors.Is(err, saga.Refused) {
		t.Errorf("got %v", err)
	}
	must(t, s.says(nil)(t.Context(), basket(), attempt("o-1/ship~undo"))) // its refusal did not stay
	must(t, s.says(nil)(t.Context(), basket(), attempt("o-1/ship~undo")))
	if s.ran != 2 || s.lines(t) != 1 {
		t.Errorf("the compensation ran %d times and left %d lines, want one refused and one done", s.ran, s.lines(t))
	}
	if err := s.says(nil)(t.Context(), basket(), attempt("o-1/ship")); !errors.Is(err, saga.Refused) || s.lines(t) != 1 {
		t.Errorf("a late action: %v, and there are %d lines", err, s.lines(t))
	}
	must(t, s.says(nil)(t.Context(), basket(), attempt("o-2/ship")))
	must(t, s.says(nil)(t.Context(), basket(), attempt("o-2/ship~undo")))
	must(t, s.says(nil)(t.Context(), basket(), attempt("o-2/ship"))) // its recorded success
	if s.lines(t) != 3 {
		t.Errorf("%d lines, want 3", s.lines(t))
	}
	must(t, s.says(nil)(t.Context(), basket(), attempt("bestellung-ü/ship"))) // any id that a saga may have
}

func TestALocalStepUnderAnothersKey(t *testing.T) {
	s := newLarder(t)
	must(t, pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		_, err := participant.Do(t.Context(), postgres.Bind(tx), "reserve", "o-1/ship", []byte(`{}`), func(context.Context) (any, error) { return nil, nil })
		return err
	}))
	if err := s.says(nil)(t.Context(), basket(), attempt("o-1/ship")); !errors.Is(err, participant.ErrKeyReused) || s.ran > 0 {
		t.Errorf("got %v", err)
	}
}

func TestCallersOfOneLocalStep(t *testing.T) {
	s := newLarder(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			b := basket()
			if err := s.says(nil)(t.Context(), b, attempt("o-1/ship")); err != nil || b.Note == nil || *b.Note != "run 1" {
				t.Errorf("%+v, error %v", b, err)
			}
		})
	}
	all.Wait()
	if s.ran != 1 || s.lines(t) != 1 {
		t.Errorf("it ran %d times and left %d lines", s.ran, s.lines(t))
	}
}

// Local steps and their saga, in one database: forward, and back.
func TestASagaOfLocalSteps(t *testing.T) {
	o := newOffice(t)
	must(t, postgres.Prepare(t.Context(), o.pool))
	step := func(query string) saga.Func[Refund] {
		return postgres.Func(o.pool, func(ctx context.Context, tx pgx.Tx, r *Refund, a saga.Attempt) error {
			r.Said += "+" + a.Key.Step
			_, err := tx.Exec(ctx, query, r.Order)
			if err != nil && strings.Contains(err.Error(), "23505") { // the server accepts nothing more until it is taken back
				return fmt.Errorf("%w: %w", saga.Refused, err)
			}
			return err
		})
	}
	d := saga.Definition[Refund]{Name: "local", Version: 1, Steps: []saga.Step[Refund]{
		{Name: "first", Action: step(`insert into orders values ('first ' || $1)`), Compensation: step(`delete from orders where id = 'first ' || $1`), Replayable: true},
		{Name: "second", Kind: saga.Pivot, Action: step(`insert into orders values ('second ' || $1)`), Replayable: true},
	}}
	engine := o.run(t, d)
	exec(t, o.url, `insert into orders values ('second taken')`)
	for id, want := range map[string]string{"free": "+first+second", "taken": "+first+second+first"} {
		must(t, pgx.BeginFunc(t.Context(), o.pool, func(tx pgx.Tx) error {
			_, err := d.Start(t.Context(), postgres.Bind(tx), id, Refund{Order: id})
			return err
		}))
		r, err := d.Wait(t.Context(), engine, id)
		if (id == "free") != (err == nil) || r.Said != want {
			t.Errorf("%s: %+v, error %v", id, r, err)
		}
	}
	if n := ask[int](t, admin(t, o.url), `select count(*) from orders`); n != 3 {
		t.Errorf("%d orders are left, want two of one saga, and the one before", n)
	}
}
