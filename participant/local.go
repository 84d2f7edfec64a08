package participant

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/seosa-dev/saga"
)

// localOperation is who decides the keys of local steps.
const localOperation = "local step"

// Local is one call of a step's action or compensation whose work is done in a transaction of the
// caller's own database: at most once under the attempt's key. It is called inside the transaction that
// the ledger is bound to, and packages with a ledger make a [saga.Func] out of it. Commit if err is nil
// and then return said from the step's function, nil included; roll back otherwise, and return err.
//
// If nothing is recorded, work runs; what it returns is recorded together with the fields of the state
// that it changed, state being a pointer to a struct. A repeat does not run it: it gets the same changes
// and the same outcome. [saga.Pending] is recorded as well, so that work may send a command through an
// outbox. A refusal is recorded while what was changed in the database is taken back: try must
// run a function and undo what it changed if that returns an error, as a savepoint does. Any other error
// of the work is err, and nothing is recorded.
//
// Unlike [Undo], a compensation runs although nothing is recorded under its action's key: that may have
// been done elsewhere. But if nothing is recorded there, the key is fenced, so that an action that was
// late is refused. The refusal of a compensation is err: it must be able to do it later.
//
// It is not for a step's probe or fence: they carry the action's key.
func Local(ctx context.Context, l Ledger, a saga.Attempt, state any, try func(work func() error) error, work func() error) (said, err error) {
	e, err := l.Entry(ctx, a.Key.String())
	if err != nil {
		return nil, err
	}
	if err := e.CheckOperation(localOperation); err != nil {
		return nil, err
	}
	if e.State != None {
		return e.again(state)
	}
	if a.Key.Undo {
		if err := forbid(ctx, l, a.Key.Action().String()); err != nil {
			return nil, err
		}
	}
	e = Entry{Key: a.Key.String(), Operation: localOperation, Decided: now()}
	return e.first(ctx, l, a.Key.Undo, state, try, work)
}

// forbid fences an action that has not been done here.
func forbid(ctx context.Context, l Ledger, key string) error {
	e, err := l.Entry(ctx, key)
	if err == nil && e.State == None {
		_, err = cancel(ctx, l, localOperation, key)
	}
	return err
}

// done is the reply that is recorded of a local step.
type done struct {
	Pending bool                       `json:"pending,omitempty"`
	Set     map[string]json.RawMessage `json:"set,omitempty"` // changed fields of the state
}

func (e Entry) first(ctx context.Context, l Ledger, undo bool, state any, try func(work func() error) error, work func() error) (said, err error) {
	before, err := membersOf(state)
	if err != nil {
		return nil, err
	}
	var reply done
	err = try(func() error {
		said = work()
		if reply.Pending = saga.OutcomeOf(said) == saga.Pending; reply.Pending {
			return nil
		}
		return said
	})
	e.State, e.Refusal = Applied, refusalIn(err)
	switch {
	case err == nil:
	case e.Refusal == nil || undo:
		return nil, err
	default:
		e.State = Refused
		if err := e.Refusal.compact(); err != nil {
			return nil, err
		}
	}
	if reply.Set, err = changed(before, state); err != nil {
		return nil, err
	}
	if e.Reply, err = json.Marshal(reply); err != nil {
		return nil, err
	}
	return said, l.Record(ctx, e)
}

// again answers a repeat as the first call was answered.
func (e Entry) again(state any) (said, err error) {
	if e.State == Cancelled || e.State == Reverted {
		return fmt.Errorf("%w: it was undone, or fenced, before this call", saga.Refused), nil
	}
	var d done
	if len(e.Reply) > 0 {
		if err := json.Unmarshal(e.Reply, &d); err != nil {
			return nil, fmt.Errorf("participant: what is recorded under %s is no local step's: %w", e.Key, err)
		}
	}
	if err := setMembers(state, d.Set); err != nil {
		return nil, fmt.Errorf("participant: what is recorded under %s does not fit the state any more: %w", e.Key, err)
	}
	switch {
	case e.State == Applied && d.Pending:
		return saga.Pending, nil
	case e.State == Applied:
		return nil, nil
	case e.Refusal.Code == codeRefused:
		return fmt.Errorf("%w: %s", saga.Refused, e.Refusal.Detail), nil
	}
	return e.Refusal, nil
}

// membersOf writes each field of a struct for itself.
func membersOf(state any) (map[string]json.RawMessage, error) {
	v := reflect.ValueOf(state).Elem()
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%w: the state of a local step is %v; use a struct", ErrInvalid, v.Type())
	}
	all := make(map[string]json.RawMessage, v.NumField())
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		raw, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			return nil, fmt.Errorf("state field %s: %w", v.Type().Field(i).Name, err)
		}
		all[memberName(v.Type().Field(i))] = raw
	}
	return all, nil
}

// changed returns the fields that are not as before.
func changed(before map[string]json.RawMessage, state any) (map[string]json.RawMessage, error) {
	set, err := membersOf(state)
	for name, value := range set {
		if string(value) == string(before[name]) {
			delete(set, name)
		}
	}
	return set, err
}

// setMembers replaces the fields that are named as a whole. Names that the struct no longer has are passed
// over.
func setMembers(state any, set map[string]json.RawMessage) error {
	v := reflect.ValueOf(state).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		raw, named := set[memberName(f)]
		if !named || !f.IsExported() {
			continue
		}
		fresh := reflect.New(f.Type)
		if err := json.Unmarshal(raw, fresh.Interface()); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
		v.Field(i).Set(fresh.Elem())
	}
	return nil
}

func memberName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
		return name
	}
	return f.Name
}
