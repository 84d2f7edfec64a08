package postgres_test

import (
	"context"
	"encoding/json"
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

// shelf is a service's own database with a stock of things.
type shelf struct {
	pool *pgxpool.Pool
}

func openShelf(t testing.TB, url string) *shelf {
	t.Helper()
	pool := poolOf(t, url)
	must(t, postgres.Prepare(t.Context(), pool))
	_, err := pool.Exec(t.Context(), `create table if not exists stock (item text primary key, "left" int not null check ("left" >= 0))`)
	must(t, err)
	_, err = pool.Exec(t.Context(), `insert into stock values ('cat', 10), ('dog', 10) on conflict do nothing`)
	must(t, err)
	return &shelf{pool}
}

func newShelf(t testing.TB) (*shelf, string) {
	t.Helper()
	url := pgtest.URL(t)
	return openShelf(t, url), url
}

// pick asks for some of each item; picked says how many are left in all.
type pick struct {
	Items map[string]int `json:"items"`
	Then  string         `json:"then,omitempty"` // what to do after the change
}

type picked struct {
	Left int `json:"left"`
}

var errBroken = errors.New("broken")

// take moves the stock item by item and finds only then that it must refuse.
func take(ctx context.Context, tx pgx.Tx, _ string, p pick) (picked, error) {
	for item, n := range p.Items {
		if _, err := tx.Exec(ctx, `update stock set "left" = "left" - $1 where item = $2`, n, item); err != nil {
			return picked{}, &participant.Refusal{Code: "sold-out", Detail: "Ask for less.", Data: json.RawMessage(fmt.Sprintf(`{"item":%q}`, item))}
		}
	}
	switch p.Then {
	case "refuse":
		return picked{}, fmt.Errorf("%w: second thoughts", saga.Refused)
	case "reject":
		return picked{}, fmt.Errorf("%w: second thoughts", participant.ErrInvalid)
	case "fail":
		return picked{}, errBroken
	case "end it", "end it and refuse": // as only a mistake can
		if _, err := tx.Exec(ctx, `rollback`); err != nil {
			return picked{}, err
		}
		if p.Then != "end it" {
			return picked{}, saga.Refused
		}
	}
	var r picked
	err := tx.QueryRow(ctx, `select sum("left") from stock`).Scan(&r.Left)
	return r, err
}

func putBack(ctx context.Context, tx pgx.Tx, _ string, p pick, r picked) error {
	if r.Left == 0 {
		return errors.New("the reply is not that of the do")
	}
	for item, n := range p.Items {
		if _, err := tx.Exec(ctx, `update stock set "left" = "left" + $1 where item = $2`, n, item); err != nil {
			return err
		}
	}
	if p.Then == "stay" {
		return errBroken
	}
	return nil
}

func (s *shelf) operation() participant.Operation {
	return postgres.Operation(s.pool, "pick", take, putBack)
}

func (s *shelf) want(t *testing.T, cats, dogs, entries int) {
	t.Helper()
	var got [3]int
	err := s.pool.QueryRow(t.Context(), `select (select "left" from stock where item = 'cat'),
		(select "left" from stock where item = 'dog'), (select count(*) from saga_ledger)`).Scan(&got[0], &got[1], &got[2])
	if want := [3]int{cats, dogs, entries}; err != nil || got != want {
		t.Errorf("cats, dogs and entries are %v, want %v; error %v", got, want, err)
	}
}

func wantEntry(t *testing.T, want participant.State) func(participant.Entry, error) participant.Entry {
	return func(e participant.Entry, err error) participant.Entry {
		t.Helper()
		if err != nil || e.State != want {
			t.Errorf("got %+v, %v; want %s", e, err, want)
		}
		return e
	}
}

const (
	twoCats   = `{"items":{"cat":2}}`
	threeCats = `{"items":{"cat":3}}`
	manyDogs  = `{"items":{"cat":1,"dog":11}}`
)

// The table of package participant, over a database: each cell is asked twice.
func TestEveryCallInEveryStateOnPostgreSQL(t *testing.T) {
	t.Parallel()
	const reused = "REUSED"
	states := []string{"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"}
	for call, row := range map[string][5]string{
		"do":            {"APPLIED", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"},
		"other":         {"APPLIED", reused, reused, "CANCELLED", reused},
		"probe":         {"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"},
		"fence":         {"CANCELLED", "APPLIED", "REFUSED", "CANCELLED", "REVERTED"},
		"undo":          {"CANCELLED", "REVERTED", "REFUSED", "CANCELLED", "REVERTED"},
		"foreign probe": {"NONE", reused, reused, "CANCELLED", reused},
		"foreign undo":  {"CANCELLED", reused, reused, "CANCELLED", reused},
	} {
		for i, state := range states {
			s, _ := newShelf(t)
			op, foreign := s.operation(), postgres.Operation(s.pool, "other", take, putBack)
			body := reach(t, op, state)
			for range 2 {
				var e participant.Entry
				var err error
				switch call {
				case "do":
					e, err = op.Do(t.Context(), "k", json.RawMessage(body))
				case "other":
					e, err = op.Do(t.Context(), "k", json.RawMessage(threeCats))
				case "probe":
					e, err = op.Probe(t.Context(), "k")
				case "fence":
					e, err = op.Fence(t.Context(), "k")
				case "undo":
					e, err = op.Undo(t.Context(), "k")
				case "foreign probe":
					e, err = foreign.Probe(t.Context(), "k")
				case "foreign undo":
					e, err = foreign.Undo(t.Context(), "k")
				}
				got := string(e.State)
				if errors.Is(err, participant.ErrKeyReused) {
					got = reused
				}
				if got != row[i] || (err != nil) != (got == reused) {
					t.Errorf("%s in %s: %s, %v; want %s", call, state, got, err, row[i])
				}
			}
			cats := 10
			switch {
			case call == "other" && state == "NONE":
				cats = 7
			case row[i] == "APPLIED", state == "APPLIED" && row[i] == reused:
				cats = 8
			}
			s.want(t, cats, 10, map[bool]int{true: 0, false: 1}[row[i] == "NONE"])
		}
	}
}

// reach brings the key k into a state and returns what was asked for under it.
func reach(t *testing.T, op participant.Operation, state string) (body string) {
	t.Helper()
	switch state {
	case "APPLIED":
		wantEntry(t, participant.Applied)(op.Do(t.Context(), "k", json.RawMessage(twoCats)))
	case "REFUSED":
		wantEntry(t, participant.Refused)(op.Do(t.Context(), "k", json.RawMessage(manyDogs)))
		return manyDogs
	case "CANCELLED":
		wantEntry(t, participant.Cancelled)(op.Undo(t.Context(), "k"))
	case "REVERTED":
		wantEntry(t, participant.Applied)(op.Do(t.Context(), "k", json.RawMessage(twoCats)))
		wantEntry(t, participant.Reverted)(op.Undo(t.Context(), "k"))
	}
	return twoCats
}

func TestEntriesAreKeptToTheByte(t *testing.T) {
	t.Parallel()
	s, url := newShelf(t)
	op := s.operation()
	told := map[string]participant.Entry{
		"applied":   wantEntry(t, participant.Applied)(op.Do(t.Context(), "applied", json.RawMessage(`{ "then": "<&\u0000é>", "items": {"cat": 1} }`))),
		"refused":   wantEntry(t, participant.Refused)(op.Do(t.Context(), "refused", json.RawMessage(`{"items":{"dog":11}}`))),
		"plainly":   wantEntry(t, participant.Refused)(op.Do(t.Context(), "plainly", json.RawMessage(`{"items":{},"then":"refuse"}`))),
		"cancelled": wantEntry(t, participant.Cancelled)(op.Fence(t.Context(), "cancelled")),
	}
	wantEntry(t, participant.Applied)(op.Do(t.Context(), "reverted", json.RawMessage(twoCats)))
	told["reverted"] = wantEntry(t, participant.Reverted)(op.Undo(t.Context(), "reverted"))
	again := openShelf(t, url)
	for key, want := range told {
		got, err := again.operation().Probe(t.Context(), key)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v\nwas told %+v", key, got, err, want)
		}
	}
	if why := told["refused"].Refusal; why.Code != "sold-out" || string(why.Data) != `{"item":"dog"}` || told["plainly"].Refusal.Detail != "second thoughts" {
		t.Errorf("the refusals are %+v, %+v", told["refused"].Refusal, told["plainly"].Refusal)
	}
}

func TestARefusalLeavesNoPartOfTheChange(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	for i, body := range []string{manyDogs, `{"items":{"cat":1,"dog":1},"then":"refuse"}`} {
		wantEntry(t, participant.Refused)(s.operation().Do(t.Context(), fmt.Sprint("k", i), json.RawMessage(body)))
		s.want(t, 10, 10, i+1)
	}
}

func TestOtherErrorsLeaveNothing(t *testing.T) {
	t.Parallel()
	for then, want := range map[string]error{"fail": errBroken, "reject": participant.ErrInvalid, "end it": nil, "end it and refuse": nil} {
		s, _ := newShelf(t)
		e, err := s.operation().Do(t.Context(), "k", json.RawMessage(`{"items":{"cat":2,"dog":2},"then":"`+then+`"}`))
		if err == nil || want != nil && !errors.Is(err, want) || errors.Is(err, saga.Refused) || !reflect.DeepEqual(e, participant.Entry{}) {
			t.Errorf("%s: %+v, %v", then, e, err)
		}
		s.want(t, 10, 10, 0)
		wantEntry(t, participant.Applied)(s.operation().Do(t.Context(), "k", json.RawMessage(twoCats))) // the key is free
	}
}

func TestAFailedUndoOnPostgreSQLLeavesTheEffect(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	op := s.operation()
	wantEntry(t, participant.Applied)(op.Do(t.Context(), "k", json.RawMessage(`{"items":{"cat":2},"then":"stay"}`)))
	if e, err := op.Undo(t.Context(), "k"); !errors.Is(err, errBroken) {
		t.Errorf("got %+v, %v", e, err)
	}
	s.want(t, 8, 10, 1)
	wantEntry(t, participant.Applied)(op.Probe(t.Context(), "k"))
}

func TestRequestsAreReadStrictly(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	for body, says := range map[string]string{
		`{"items":{"cat":1},"price":0}`: "price",
		`{"items":{"cat":"1"}}`:         "string",
		`{"items":{"cat":1.5}}`:         "1.5",
		`[]`:                            "array",
		twoCats + `{}`:                  "JSON",
		`{"items":`:                     "JSON",
		``:                              "JSON",
	} {
		e, err := s.operation().Do(t.Context(), "k", json.RawMessage(body))
		if !errors.Is(err, participant.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %+v, %v; the error must say %q", body, e, err, says)
		}
	}
	s.want(t, 10, 10, 0)
}

// A later version of a service may know other members. What was decided before stands as it was.
func TestTypesMayChange(t *testing.T) {
	t.Parallel()
	type narrow struct {
		Items map[string]int `json:"items"`
	}
	s, _ := newShelf(t)
	body := json.RawMessage(`{"items":{"cat":2},"then":""}`)
	wantEntry(t, participant.Applied)(s.operation().Do(t.Context(), "k", body))
	later := postgres.Operation(s.pool, "pick",
		func(context.Context, pgx.Tx, string, narrow) (picked, error) { return picked{}, nil },
		func(ctx context.Context, tx pgx.Tx, key string, n narrow, r picked) error {
			return putBack(ctx, tx, key, pick{Items: n.Items}, r)
		})
	wantEntry(t, participant.Applied)(later.Do(t.Context(), "k", body)) // a repeat is not read again
	wantEntry(t, participant.Reverted)(later.Undo(t.Context(), "k"))
	s.want(t, 10, 10, 1)

	other := postgres.Operation(s.pool, "pick",
		func(context.Context, pgx.Tx, string, []int) (picked, error) { return picked{}, nil },
		func(context.Context, pgx.Tx, string, []int, picked) error { return nil })
	wantEntry(t, participant.Applied)(s.operation().Do(t.Context(), "j", body))
	if e, err := other.Undo(t.Context(), "j"); err == nil || errors.Is(err, participant.ErrInvalid) {
		t.Errorf("an undo that cannot read its do: %+v, %v", e, err)
	}
}

func TestWithoutUndo(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	op := postgres.Operation[pick, picked](s.pool, "pick", take, nil)
	if op.Undo != nil || op.Do == nil || op.Probe == nil || op.Fence == nil {
		t.Errorf("the operation is %+v", op)
	}
}

func TestEightCallersOfOneKey(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	op := s.operation()
	told := make([]participant.Entry, 8)
	var callers sync.WaitGroup
	for i := range told {
		callers.Go(func() { told[i] = wantEntry(t, participant.Applied)(op.Do(t.Context(), "k", json.RawMessage(twoCats))) })
	}
	callers.Wait()
	for _, e := range told {
		if !reflect.DeepEqual(e, told[0]) {
			t.Errorf("one was told %+v, another %+v", told[0], e)
		}
	}
	s.want(t, 8, 10, 1)
}

func TestDoUndoAndFenceRacing(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	op := s.operation()
	var race sync.WaitGroup
	for i := range 10 {
		key := fmt.Sprint("k", i)
		for range 2 {
			race.Go(func() {
				if _, err := op.Do(t.Context(), key, json.RawMessage(`{"items":{"cat":1}}`)); err != nil {
					t.Error(err)
				}
			})
			race.Go(func() {
				if e, err := op.Undo(t.Context(), key); err != nil || e.State != participant.Reverted && e.State != participant.Cancelled {
					t.Errorf("an undo ends with %+v, %v", e, err)
				}
			})
		}
		race.Go(func() {
			if e, err := op.Fence(t.Context(), key); err != nil || e.State == participant.None {
				t.Errorf("a fence ends with %+v, %v", e, err)
			}
		})
	}
	race.Wait()
	s.want(t, 10, 10, 10)
}

func TestAProbeWaitsForADoUnderWay(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	inside, goOn := make(chan struct{}), make(chan struct{})
	op := postgres.Operation(s.pool, "pick", func(ctx context.Context, tx pgx.Tx, key string, p pick) (picked, error) {
		close(inside)
		<-goOn
		return take(ctx, tx, key, p)
	}, putBack)
	var doing sync.WaitGroup
	doing.Go(func() { wantEntry(t, participant.Applied)(op.Do(t.Context(), "k", json.RawMessage(twoCats))) })
	<-inside
	var probing sync.WaitGroup
	probing.Go(func() { wantEntry(t, participant.Applied)(op.Probe(t.Context(), "k")) })
	eventually(t, "waiting for the lock", func() (waits bool) {
		must(t, s.pool.QueryRow(t.Context(), `select exists (select from pg_locks where locktype = 'advisory' and not granted
			and pid in (select pid from pg_stat_activity where application_name = $1))`, s.pool.Config().ConnConfig.RuntimeParams["application_name"]).Scan(&waits))
		return waits
	})
	wantEntry(t, participant.None)(op.Probe(t.Context(), "j"))
	close(goOn)
	doing.Wait()
	probing.Wait()
}

func TestTheTableTakesNoOddEntries(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	for name, e := range map[string]participant.Entry{
		"no state":           {Key: "k", Operation: "pick"},
		"None":               {Key: "k", Operation: "pick", State: participant.None},
		"a silent refusal":   {Key: "k", Operation: "pick", State: participant.Refused},
		"a refused effect":   {Key: "k", Operation: "pick", State: participant.Applied, Refusal: &participant.Refusal{Code: "c"}},
		"an undated reverse": {Key: "k", Operation: "pick", State: participant.Reverted},
	} {
		err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error { return postgres.Bind(tx).Record(t.Context(), e) })
		if err == nil {
			t.Errorf("%s was recorded", name)
		}
	}
	s.want(t, 10, 10, 0)
}

// An operation is two functions over the service's own transaction; the ledger comes along.
func ExampleOperation() {
	server := &example{}
	defer server.end()
	ctx := context.Background()
	s, _ := newShelf(server) // a pool, the tables of Prepare, and those of the service

	op := postgres.Operation(s.pool, "pick",
		func(ctx context.Context, tx pgx.Tx, _ string, p pick) (picked, error) { return take(ctx, tx, "", p) },
		func(ctx context.Context, tx pgx.Tx, _ string, p pick, r picked) error {
			return putBack(ctx, tx, "", p, r)
		})
	for range 2 {
		e, err := op.Do(ctx, "a-1/pick", json.RawMessage(`{"items":{"cat":2}}`))
		fmt.Println("do:", e.State, string(e.Reply), err)
	}
	e, err := op.Do(ctx, "a-2/pick", json.RawMessage(`{"items":{"dog":11}}`))
	fmt.Println("do:", e.State, e.Refusal.Code, err)
	e, err = op.Undo(ctx, "a-1/pick")
	fmt.Println("undo:", e.State, err)
	// Output:
	// do: APPLIED {"left":18} <nil>
	// do: APPLIED {"left":18} <nil>
	// do: REFUSED sold-out <nil>
	// undo: REVERTED <nil>
}
