package console

import (
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

func sampleStopped() *sample {
	return sampleOf("stopped", "so-1009").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 17*ms, "", "PAYMENT").
		call("PAYMENT", saga.CallAction, 1, saga.Unknown, 2000*ms, "no answer within 2 s; 214 bytes had been sent", "PAYMENT").
		wait(520*ms).
		call("PAYMENT", saga.CallProbe, 2, saga.Unknown, 12*ms, "503 Service Unavailable", "PAYMENT").
		hand(saga.Hand{Verb: saga.Stop, Step: "PAYMENT", By: "j.kim", Reason: "The bank is down for maintenance until 06:00."}, 9*time.Second, "PAYMENT", saga.NeedsAttention).
		stands(saga.CallProbe, saga.InEffect, saga.MaybeDone).wait(12 * time.Minute)
}

func sampleRefused() *sample {
	return sampleOf("refused", "so-1010").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 14*ms, "", "PAYMENT").
		turn("PAYMENT", saga.CallAction, 1, saga.Refused, 22*ms, "refused: the card has expired", "STOCK", saga.Compensating).
		turn("STOCK", saga.CallCompensation, 1, saga.Refused, 11*ms, "refused: the goods have left the warehouse", "STOCK", saga.NeedsAttention).
		needs(saga.UndoRefused, 0).stands(saga.CallCompensation, saga.InEffect, saga.NeverDone).wait(3 * time.Hour)
}

func sampleResolved() *sample {
	return sampleOf("resolved", "so-1011").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 19*ms, "", "PAYMENT").
		turn("PAYMENT", saga.CallAction, 1, saga.Unknown, 2000*ms, "no answer within 2 s", "PAYMENT", saga.NeedsAttention).
		needs(saga.InDoubt, 0).
		hand(saga.Hand{Verb: saga.Retry, Step: "PAYMENT", By: "j.kim", Reason: "The bank answers again."}, 40*time.Second, "PAYMENT", saga.Running).
		turn("PAYMENT", saga.CallProbe, 1, saga.Unknown, 2000*ms, "no answer within 2 s", "PAYMENT", saga.NeedsAttention).
		needs(saga.InDoubt, 0).
		hand(saga.Hand{Verb: saga.Resolve, Step: "PAYMENT", Outcome: saga.Succeeded, By: "m.park",
			Reason: "The bank confirms payment 88-1011 by phone."}, 9*time.Minute, "ORDER", saga.Running).
		turn("ORDER", saga.CallAction, 1, saga.Succeeded, 10*ms, "", "", saga.Completed).
		stands("", saga.InEffect, saga.InEffect, saga.InEffect)
}

func sampleSkipped() *sample {
	s := sampleOf("skipped", "so-1012").
		call("STOCK", saga.CallAction, 1, saga.Unknown, 2000*ms, "no answer within 2 s", "STOCK").
		hand(saga.Hand{Verb: saga.Skip, Step: "STOCK", By: "m.park", Reason: "Counted by hand; the shelf is corrected tonight."},
			time.Minute, "PAYMENT", saga.Running).
		call("PAYMENT", saga.CallAction, 1, saga.Succeeded, 12*ms, "", "ORDER").
		turn("ORDER", saga.CallAction, 1, saga.Succeeded, 9*ms, "", "", saga.Completed).
		stands("", saga.Skipped, saga.InEffect, saga.InEffect)
	s.in.Steps[0].Skipped = true
	return s
}

// sampleUnheard has come to its end, and messages about it came after that.
func sampleUnheard() *sample {
	s := sampleOf("unheard", "so-1016").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 15*ms, "", "PAYMENT").
		call("PAYMENT", saga.CallAction, 1, saga.Pending, 11*ms, "", "PAYMENT").
		add(saga.Event{Kind: saga.EventReplied, Step: "PAYMENT", Call: saga.CallAction, Number: 1, Outcome: saga.Refused,
			Error: "refused: the card has expired", By: "/shop/payment", Open: "STOCK", Status: saga.Compensating}, 3*time.Second).
		turn("STOCK", saga.CallCompensation, 1, saga.Succeeded, 11*ms, "", "", saga.Compensated).
		stands("", saga.TakenBack, saga.NeverDone, saga.NotStarted)
	at, no := s.now, func(kind error, why string) saga.Result {
		return saga.Result{ID: s.in.ID, Err: fmt.Errorf("%w: %s", kind, why)}
	}
	s.sent = []saga.Sent{
		{At: at.Add(41 * time.Minute), Verb: saga.Retry, By: "j.kim", Reason: "The customer asks why it was not paid.", Result: saga.Result{ID: s.in.ID, Err: saga.ErrWaiting}},
		{At: at.Add(9 * time.Minute), Verb: "reply", Step: "PAYMNT", Outcome: saga.Succeeded, By: "/shop/till", Result: no(saga.ErrLate, "it has ended")},
		{At: at.Add(time.Minute), Verb: saga.Stop, By: "m.park", Reason: "Wrong card.", Result: no(saga.ErrMoved, "it has ended")},
		{At: at.Add(time.Second), Verb: "reply", Step: "PAYMENT", Outcome: saga.Succeeded, By: "/shop/payment", Reason: "charged 58,500 under 88-1016",
			Result: no(saga.ErrLate, "it has ended")},
	}
	return s.wait(42 * time.Minute)
}

func sampleLeft() *sample {
	s := sampleOf("left", "so-1013").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 15*ms, "", "PAYMENT").
		call("PAYMENT", saga.CallAction, 1, saga.Succeeded, 18*ms, "", "ORDER").
		hand(saga.Hand{Verb: saga.Compensate, Step: "ORDER", By: "j.kim", Reason: "The customer rang and withdrew."}, 30*ms, "PAYMENT", saga.Compensating).
		turn("PAYMENT", saga.CallCompensation, 1, saga.Succeeded, 21*ms, "", "STOCK", saga.Compensating).
		turn("STOCK", saga.CallCompensation, 1, saga.Refused, 11*ms, "refused: the goods have left the warehouse", "STOCK", saga.NeedsAttention).
		needs(saga.UndoRefused, 0).
		hand(saga.Hand{Verb: saga.Skip, Step: "STOCK", By: "m.park", Reason: "The customer keeps the goods."}, 20*time.Minute, "", saga.Compensated).
		stands("", saga.LeftBehind, saga.TakenBack, saga.NotStarted)
	s.in.Steps[0].Skipped = true
	return s
}
