package reference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Loan is the state of the sagas that wait.
type Loan struct {
	Amount   int
	Approved bool
	Receipt  string
	Paid     string
}

// replyTimeout is longer than a reply can take whatever crashes, so that one which came is heard.
const replyTimeout = 40 * time.Second

// Replied is a saga whose participants answer by messages: one that can be undone, by a message as
// well, the pivot, and two that must finish, of which one keeps no replies.
func Replied(w *sagatest.World) sagatest.Case[Loan] {
	stock, bank, mail, books := w.Participant("stock"), w.Participant("bank"), w.Participant("mail"), w.Participant("books")
	return sagatest.Case[Loan]{Input: Loan{Amount: 900}, Check: receipted, Definition: saga.Definition[Loan]{
		Name: "replied", Version: 1, Deadline: 10 * time.Minute, Steps: []saga.Step[Loan]{
			awaits(saga.Step[Loan]{
				Name: "reserve", Action: asks(w, "", stock.Do), Compensation: asks(w, "", stock.Undo), Fence: asks(w, "", stock.Fence),
			}),
			awaits(saga.Step[Loan]{
				Name: "charge", Kind: saga.Pivot, Action: asks(w, "r-1", bank.Do), Probe: asks(w, "r-1", bank.Probe), Fence: asks(w, "r-1", bank.Fence),
			}),
			awaits(saga.Step[Loan]{Name: "mail", Kind: saga.Retriable, Action: asks(w, "", mail.Do), Replayable: true}),
			awaits(saga.Step[Loan]{Name: "book", Kind: saga.Retriable, Action: asks(w, "", books.Do), Probe: now(books.Probe)}),
		}}}
}

// Timed is a saga with timers before and after its pivot, a person who decides, and steps that are not
// always needed.
func Timed(w *sagatest.World) sagatest.Case[Loan] {
	stock, bank, mail := w.Participant("stock"), w.Participant("bank"), w.Participant("mail")
	return sagatest.Case[Loan]{Input: Loan{Amount: 900}, Definition: saga.Definition[Loan]{
		Name: "timed", Version: 1, Deadline: 72 * time.Hour, Steps: []saga.Step[Loan]{
			{Name: "reserve", Action: now(stock.Do), Compensation: now(stock.Undo), Fence: now(stock.Fence)},
			{Name: "approval", Kind: saga.ReadOnly, ReplyTimeout: 24 * time.Hour,
				Action: func(_ context.Context, _ *Loan, a saga.Attempt) error {
					return w.Later(saga.Reply{Key: a.Key, Data: json.RawMessage(`true`)}, nil)
				},
				Reply: func(l *Loan, r saga.Reply) error { l.Approved = r.Outcome == saga.Succeeded; return nil }},
			{Name: "cool off", Sleep: func(l Loan) time.Duration { return time.Duration(l.Amount) * time.Minute }},
			{Name: "insure", When: func(l Loan) bool { return l.Amount > 1000 }, Action: now(stock.Do), Compensation: now(stock.Undo), Replayable: true},
			awaits(saga.Step[Loan]{
				Name: "charge", Kind: saga.Pivot, When: func(l Loan) bool { return l.Approved },
				Action: asks(w, "r-1", bank.Do), Probe: now(bank.Probe), Fence: now(bank.Fence),
			}),
			{Name: "pause", Sleep: func(Loan) time.Duration { return 500 * time.Millisecond }},
			{Name: "mail", Kind: saga.Retriable, When: func(l Loan) bool { return l.Receipt != "" }, Action: now(mail.Do), Replayable: true},
		}}, NoEffect: []string{"insure"}}
}

// Ahead is a saga whose steps run ahead of what is durable and are answered by messages, so that a reply
// may come before the journal knows that its step was called, and whose conditions go by what an
// earlier step wrote.
func Ahead(w *sagatest.World) sagatest.Case[Loan] {
	stock, desk, bank, mail := w.Participant("stock"), w.Participant("desk"), w.Participant("bank"), w.Participant("mail")
	approved := func(l Loan) bool { return l.Approved }
	return sagatest.Case[Loan]{Input: Loan{Amount: 900}, Check: receipted, Definition: saga.Definition[Loan]{
		Name: "ahead", Version: 1, Deadline: 10 * time.Minute, Steps: []saga.Step[Loan]{
			{Name: "reserve", Action: now(stock.Do), Compensation: now(stock.Undo), Replayable: true},
			{Name: "approve", Compensation: now(desk.Undo), Replayable: true, Action: func(ctx context.Context, l *Loan, a saga.Attempt) error {
				if err := desk.Do(ctx, a.Key); err != nil {
					return err
				}
				l.Approved = true
				return nil
			}},
			awaits(saga.Step[Loan]{
				Name: "charge", Kind: saga.Pivot, When: approved, Replayable: true, Action: asks(w, "r-1", bank.Do), Probe: found(bank.Probe),
			}),
			awaits(saga.Step[Loan]{Name: "mail", Kind: saga.Retriable, Action: asks(w, "", mail.Do), Probe: now(mail.Probe), Replayable: true}),
		}}}
}

// awaits has a step wait for replies, which it writes down.
func awaits(st saga.Step[Loan]) saga.Step[Loan] {
	st.ReplyTimeout = replyTimeout
	st.Reply = func(l *Loan, r saga.Reply) error {
		l.Paid = fmt.Sprintf("%s %s %s", r.Key, r.Call, r.Outcome)
		if len(r.Data) > 0 && r.Outcome == saga.Succeeded {
			return json.Unmarshal(r.Data, &l.Receipt)
		}
		return nil
	}
	return st
}

// asks is a function whose participant replies, with a receipt if that is not empty.
func asks(w *sagatest.World, receipt string, do func(context.Context, saga.Key) error) saga.Func[Loan] {
	return func(_ context.Context, _ *Loan, a saga.Attempt) error {
		reply := saga.Reply{Key: a.Key}
		if receipt != "" {
			reply.Data, _ = json.Marshal(receipt) // a string
		}
		return w.Later(reply, do)
	}
}

// now is a function whose participant answers at once.
func now(do func(context.Context, saga.Key) error) saga.Func[Loan] {
	return func(ctx context.Context, _ *Loan, a saga.Attempt) error { return do(ctx, a.Key) }
}

// found is a probe that brings the receipt along.
func found(do func(context.Context, saga.Key) error) saga.Func[Loan] {
	return func(ctx context.Context, l *Loan, a saga.Attempt) error {
		err := do(ctx, a.Key)
		if err == nil {
			l.Receipt = "r-1"
		}
		return err
	}
}

// receipted wants the receipt of what was charged, which only replies bring, or a probe.
func receipted(in saga.Instance) error {
	var l Loan
	if err := json.Unmarshal(in.State, &l); err != nil {
		return err
	}
	if in.Status == saga.Completed && l.Receipt == "" {
		return errors.New("it is completed, and nobody has the receipt")
	}
	return nil
}
