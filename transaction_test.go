package saga_test

import (
	"context"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// bound starts on a transaction as a driver's Bind does.
type bound struct{ saga.Transaction }

func (w bound) StartInstance(ctx context.Context, b saga.Beginning) (saga.Instance, error) {
	return b.In(ctx, w.Transaction)
}

// A definition that was changed under its version starts nothing in a transaction either: an engine
// would run the steps that it knows, or could not go on.
func TestAChangedDefinitionStartsNothingInATransaction(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("one"), p.step("two"))
		e := run(t, store, nil, d)
		after(t, time.Second)
		for name, changed := range map[string]saga.Definition[cart]{
			"a step more":          def(p.step("one"), p.step("two"), p.step("three")),
			"a step less":          def(p.step("one")),
			"a step renamed":       def(p.step("one"), p.step("zwei")),
			"another compensation": def(p.step("one"), p.fenced("two")),
		} {
			tx, end, err := store.Begin(t.Context())
			wantIs(t, err, nil)
			_, err = changed.Start(t.Context(), bound{tx}, "i", cart{})
			wantIs(t, err, saga.ErrInvalid)
			wantSaid(t, err, "give the changed definition a new version")
			wantIs(t, end(true), nil)
			after(t, time.Minute)
			if _, err := e.Get(t.Context(), "i"); err == nil {
				t.Errorf("%s: it was started", name)
			}
		}
		tx, end, err := store.Begin(t.Context())
		wantIs(t, err, nil)
		tuned := d
		tuned.Deadline = time.Hour // which needs no new version
		_, err = tuned.Start(t.Context(), bound{tx}, "i", cart{})
		wantIs(t, err, nil)
		wantIs(t, end(true), nil)
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
	})
}
