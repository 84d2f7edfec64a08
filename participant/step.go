package participant

import (
	"context"
	"encoding/json"
	"time"

	"github.com/seosa-dev/saga"
)

// replyWithin is the ReplyTimeout of a step that [Step] makes.
const replyWithin = 30 * time.Second

// Step returns a step that asks a participant by message: its action and, as the kind allows, its
// compensation, probe and fence. Change what you like in the result.
//
// request says what the do is asked for. It goes by the state alone, because a repeat must ask for the
// same. read folds the answer to an action into the state; nil folds nothing. It gets what stands
// under the key: [Applied] with the participant's reply, or a refusal, whose Refusal is set. Like any
// [saga.Step.Reply] it may be called more than once, and its error says what happened instead.
//
// ReplyTimeout is 30 seconds. If no reply has come by then, the step is probed, or what else was open
// is asked again: the ledger has the answer, and gives it under every attempt.
//
// The step is Replayable, because the ledger keeps what the participant said by key: after a crash the
// do is sent again without a question first. It does not save the step any wait: that it was asked and
// what the reply said are both durable before the next call.
func Step[S any](name string, kind saga.Kind, q Requester, request func(s S) any, read func(s *S, e Entry) error) saga.Step[S] {
	st := saga.Step[S]{
		Name: name, Kind: kind, Replayable: true, ReplyTimeout: replyWithin,
		Action: func(ctx context.Context, s *S, a saga.Attempt) error { return q.Do(ctx, a, request(*s)) },
		Probe:  func(ctx context.Context, _ *S, a saga.Attempt) error { return q.Probe(ctx, a) },
		Reply:  func(s *S, r saga.Reply) error { return fold(s, r, q.Name, read) },
	}
	if kind != saga.ReadOnly {
		st.Fence = func(ctx context.Context, _ *S, a saga.Attempt) error { return q.Fence(ctx, a) }
	}
	if kind == "" || kind == saga.Compensatable {
		st.Compensation = func(ctx context.Context, _ *S, a saga.Attempt) error { return q.Undo(ctx, a) }
	}
	return st
}

// fold reads a reply that [Replies] has delivered, or a person by hand, who may leave the data out.
func fold[S any](s *S, r saga.Reply, operation string, read func(*S, Entry) error) error {
	e := Entry{Key: r.Key.String(), State: Applied}
	if r.Outcome != saga.Succeeded {
		e.State, e.Refusal = Refused, &Refusal{Code: codeRefused, Detail: r.Reason}
	}
	if len(r.Data) > 0 {
		e = Entry{}
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		if err := e.CheckOperation(operation); err != nil && e.Operation != "" { // a request that was rejected was decided by none
			return err
		}
		e, _ = final(e, nil) // the refusal is in the entry too
	}
	if read == nil || r.Key.Undo {
		return nil
	}
	return read(s, e)
}
