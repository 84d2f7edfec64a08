package saga

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Reply says what became of a call that was answered with [Pending], or of one whose answer was
// lost: a participant's message, a fact that another service published, a person's decision. The
// zero value is not valid.
type Reply struct {
	// Key is what it is about: instance, step, action or undo, and round.
	Key Key
	// Call is which call it answers; empty means the action, or the undo if Key.Undo. A success settles
	// its step whatever is asked about it by then; so does a refusal, unless it is that of one attempt
	// while a fence asks about all. NotDone counts only for the call whose reply is awaited.
	Call CallKind
	// Number is that of the attempt which it answers, as [Attempt] had it; zero if nobody knows. With it,
	// a NotDone that comes after another attempt was made is told from one about that attempt.
	Number int
	// Outcome is [Succeeded], [Refused] or [NotDone].
	Outcome Outcome
	// Data is handed to the step's Reply function. It is JSON, or empty.
	Data json.RawMessage
	// By is who says so and Reason what they say; both go into the history. Empty if there is
	// nothing to say; at most 200 and 500 bytes.
	By, Reason string
}

// postbox is where replies are stored: a store, or a transaction.
type postbox interface {
	Keys(ctx context.Context, ids []string) ([]StartKey, error)
	Send(ctx context.Context, commands []Command) error
}

// post stores the commands of replies, if all their instances exist.
func post(ctx context.Context, to postbox, commands []Command) error {
	if err := started(ctx, to, commands); err != nil {
		return err
	}
	if err := to.Send(ctx, commands); err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	return nil
}

// started refuses commands for an id that nobody has started.
func started(ctx context.Context, among postbox, commands []Command) error {
	ids := make([]string, len(commands))
	for i := range commands {
		ids[i] = commands[i].Instance
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	keys, err := among.Keys(ctx, ids)
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	there := make(map[string]bool, len(keys))
	for _, k := range keys {
		there[k.ID] = true
	}
	for _, id := range ids {
		if !there[id] {
			return fmt.Errorf("deliver: %w: no instance %q was ever started here; keep the message and find out whose it is", ErrNotFound, id)
		}
	}
	return nil
}

// command writes a reply as what an engine takes up.
func (r *Reply) command(id string, at time.Time, limit int) (Command, error) {
	if err := r.check(limit); err != nil {
		return Command{}, err
	}
	data, err := json.Marshal(&order{
		Format: format, Verb: verbReply, Outcome: r.Outcome, By: r.By, Reason: r.Reason,
		Step: r.Key.Step, Call: r.call(), Round: r.Key.Round, Number: r.Number, Data: r.Data,
	})
	if err != nil {
		return Command{}, fmt.Errorf("%w: reply for %s: %w", ErrInvalid, r.Key, err)
	}
	return Command{ID: id, Instance: r.Key.Instance, Sent: at, Data: data}, nil
}

// check says what is wrong with a reply, and what to do.
func (r *Reply) check(limit int) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: reply for %s: "+format, append([]any{ErrInvalid, r.Key}, args...)...)
	}
	switch {
	case !validID(r.Key.Instance) || !validID(r.Key.Step) || r.Key.Round < 0 || r.Number < 0:
		return bad("that is no key; use the one that the call carried")
	case !slices.Contains([]CallKind{"", CallAction, CallProbe, CallFence, CallCompensation}, r.Call), r.Call != "" && r.Key.Undo != (r.Call == CallCompensation):
		return bad("it answers no such call as %q", string(r.Call))
	case r.Outcome != Succeeded && r.Outcome != Refused && r.Outcome != NotDone:
		return bad("outcome %q; use %q, %q or %q", string(r.Outcome), string(Succeeded), string(Refused), string(NotDone))
	case len(r.Data) > 0 && !json.Valid(r.Data):
		return bad("its data are not JSON")
	case len(r.Data) > limit:
		return fmt.Errorf("%w: reply for %s: %d bytes of data, the limit is %d; send a reference", ErrTooLarge, r.Key, len(r.Data), limit)
	case len(r.By) > maxIDBytes || len(r.Reason) > maxSaid:
		return bad("By takes %d bytes and Reason %d", maxIDBytes, maxSaid)
	}
	return nil
}

func (r *Reply) call() CallKind {
	if r.Key.Undo {
		return CallCompensation
	}
	return cmp.Or(r.Call, CallAction)
}

// err is what the reply says, as a step's function would.
func (r *Reply) err() error {
	switch {
	case r.Outcome == Succeeded:
		return nil
	case r.Reason == "":
		return r.Outcome
	}
	return fmt.Errorf("%w: %s", r.Outcome, r.Reason)
}
