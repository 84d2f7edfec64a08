package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/conformance/memory"
)

// TestPlanted puts one mistake at a time into a store that works and wants the suite to see it.
func TestPlanted(t *testing.T) {
	planted := map[string]func() saga.Store{
		"a taken position accepted":              wrapped(func(j bad) saga.Journal { return acceptsTaken{j} }),
		"an append without its predecessor":      wrapped(func(j bad) saga.Journal { return acceptsGap{j} }),
		"an append after a seal":                 wrapped(func(j bad) saga.Journal { return acceptsLate{j} }),
		"a checkpoint of a position that's gone": wrapped(func(j bad) saga.Journal { return foldsGone{j} }),
		"a seal trimmed away":                    trimsSeals,
		"a used key started again":               wrapped(func(j bad) saga.Journal { return startsAgain{j} }),
		"an append acknowledged too early":       func() saga.Store { return newEarly() },
		"entries read out of order":              wrapped(func(j bad) saga.Journal { return outOfOrder{j} }),

		"a refused checkpoint that writes rows": wrapped(func(j bad) saga.Journal { return writesRows{j} }),
		"a drain without a seal":                wrapped(func(j bad) saga.Journal { return drainsOpen{j} }),
		"a repeat refused":                      wrapped(func(j bad) saga.Journal { return refusesRepeat{j} }),
		"a tail read in two snapshots":          wrapped(func(j bad) saga.Journal { return twoReads{j} }),
	}
	maps.Copy(planted, plantedCommands())
	maps.Copy(planted, plantedPages())
	maps.Copy(planted, plantedTransactions())
	for name, open := range planted {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			failures := conformance.Check(t, func(testing.TB) saga.Store { return open() })
			if len(failures) == 0 {
				t.Fatal("the suite did not see it")
			}
			var caught []string
			for _, f := range failures {
				caught = append(caught, f.Check)
			}
			t.Logf("%s: caught by %s", name, strings.Join(caught, ", "))
		})
	}
}

// broken is a memory store with another journal; it reopens as one with the same mistake.
type broken struct {
	*memory.Store
	spoil func(bad) saga.Journal
}

func (b broken) Journal() saga.Journal { return b.spoil(bad{b.Store.Journal(), b.Store}) }

func (b broken) Reopen(testing.TB) saga.Store { return broken{b.Store.Reopen(), b.spoil} }

func wrapped(spoil func(bad) saga.Journal) func() saga.Store {
	return func() saga.Store { return broken{memory.Open(), spoil} }
}

// bad is a journal that works, for others to embed and spoil.
type bad struct {
	saga.Journal
	store *memory.Store
}

// at returns what stands at a position; ok is false if nothing does.
func (b bad) at(ctx context.Context, node string, pos int64) (p saga.Position, ok bool) {
	tail, err := b.Tail(ctx, node)
	i := slices.IndexFunc(tail.Positions, func(p saga.Position) bool { return p.Number == pos })
	if err != nil || i < 0 {
		return p, false
	}
	return tail.Positions[i], true
}

// forgive appends and takes the refusal back if the position is as described.
func (b bad) forgive(ctx context.Context, a saga.Append, when func(at, before saga.Position, taken, preceded bool) bool) ([]string, error) {
	taken, err := b.Journal.Append(ctx, a)
	if errors.Is(err, saga.ErrSealed) {
		at, isTaken := b.at(ctx, a.Node, a.Position)
		before, preceded := b.at(ctx, a.Node, a.Position-1)
		if when(at, before, isTaken, preceded) {
			return nil, nil
		}
	}
	return taken, err
}

type acceptsTaken struct{ bad }

func (j acceptsTaken) Append(ctx context.Context, a saga.Append) ([]string, error) {
	return j.forgive(ctx, a, func(at, _ saga.Position, taken, _ bool) bool { return taken && at.Kind == saga.Entries })
}

type acceptsGap struct{ bad }

func (j acceptsGap) Append(ctx context.Context, a saga.Append) ([]string, error) {
	return j.forgive(ctx, a, func(_, _ saga.Position, taken, preceded bool) bool { return !taken && !preceded })
}

type acceptsLate struct{ bad }

func (j acceptsLate) Append(ctx context.Context, a saga.Append) ([]string, error) {
	return j.forgive(ctx, a, func(_, before saga.Position, _, preceded bool) bool {
		return preceded && before.Kind == saga.Sealed
	})
}

type foldsGone struct{ bad }

func (j foldsGone) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	err := j.Journal.Checkpoint(ctx, c)
	tail, _ := j.Tail(ctx, c.Node)
	if errors.Is(err, saga.ErrSealed) && len(tail.Positions) > 0 && c.From < tail.Positions[0].Number {
		c.From = tail.Positions[0].Number
		j.Journal.Checkpoint(ctx, c)
		return nil
	}
	return err
}

// seals forgets a node's journal once it is drained: its name leads to a fresh one.
type seals struct {
	bad
	mu    *sync.Mutex
	lives map[string]int
}

func trimsSeals() saga.Store {
	var mu sync.Mutex
	lives := map[string]int{}
	return broken{memory.Open(), func(j bad) saga.Journal { return seals{j, &mu, lives} }}
}

func (j seals) name(node string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if n := j.lives[node]; n > 0 {
		return fmt.Sprintf("%s (%d)", node, n)
	}
	return node
}

func (j seals) Join(ctx context.Context, node string, lease time.Duration) error {
	return j.Journal.Join(ctx, j.name(node), lease)
}
func (j seals) Seal(ctx context.Context, node string) error { return j.Journal.Seal(ctx, j.name(node)) }

func (j seals) Append(ctx context.Context, a saga.Append) ([]string, error) {
	a.Node = j.name(a.Node)
	return j.Journal.Append(ctx, a)
}

func (j seals) Tail(ctx context.Context, node string) (saga.Tail, error) {
	return j.Journal.Tail(ctx, j.name(node))
}

func (j seals) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	node := c.Node
	c.Node = j.name(node)
	err := j.Journal.Checkpoint(ctx, c)
	if err == nil && c.Drain {
		j.mu.Lock()
		j.lives[node]++
		j.mu.Unlock()
	}
	return err
}

type startsAgain struct{ bad }

func (j startsAgain) Append(ctx context.Context, a saga.Append) ([]string, error) {
	_, err := j.Journal.Append(ctx, a)
	return nil, err
}

type outOfOrder struct{ bad }

func (j outOfOrder) Tail(ctx context.Context, node string) (saga.Tail, error) {
	t, err := j.Journal.Tail(ctx, node)
	slices.SortFunc(t.Positions, func(a, b saga.Position) int { // as text
		return strings.Compare(fmt.Sprint(a.Number), fmt.Sprint(b.Number))
	})
	return t, err
}

type writesRows struct{ bad }

func (j writesRows) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	err := j.Journal.Checkpoint(ctx, c)
	if errors.Is(err, saga.ErrSealed) {
		j.Join(ctx, "smuggler", 0)
		for pos := int64(1); ; pos++ {
			if _, e := j.Journal.Append(ctx, saga.Append{Node: "smuggler", Position: pos, Entries: []byte("x")}); e == nil {
				j.Journal.Checkpoint(ctx, saga.Checkpoint{Node: "smuggler", From: pos - 1, To: pos, Rows: c.Rows})
				break
			}
		}
	}
	return err
}

type drainsOpen struct{ bad }

func (j drainsOpen) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	if _, ok := j.at(ctx, c.Node, c.To+1); c.Drain && !ok {
		j.Seal(ctx, c.Node)
	}
	return j.Journal.Checkpoint(ctx, c)
}

type refusesRepeat struct{ bad }

func (j refusesRepeat) Append(ctx context.Context, a saga.Append) ([]string, error) {
	if _, there := j.at(ctx, a.Node, a.Position); there {
		return nil, saga.ErrSealed
	}
	return j.Journal.Append(ctx, a)
}

type twoReads struct{ bad }

func (j twoReads) Tail(ctx context.Context, node string) (saga.Tail, error) {
	first, err := j.Journal.Tail(ctx, node)
	second := first
	for range 50 { // until something happens in between, if anything does
		if err != nil || len(second.Positions) > 0 && second.Positions[0].Number != first.Positions[0].Number {
			break
		}
		runtime.Gosched()
		second, err = j.Journal.Tail(ctx, node)
	}
	return saga.Tail{Positions: first.Positions, Rows: second.Rows}, err
}
