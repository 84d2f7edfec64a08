package console

import (
	"time"

	"github.com/seosa-dev/saga"
)

const ms = time.Millisecond

// samples is one instance for each state that a page can show.
func samples() []*sample {
	return []*sample{
		sampleLost(), sampleUnknown(), sampleAttention(), sampleStopped(), sampleRefused(), sampleRunning(), sampleCompensating(),
		sampleRecovered(), sampleResolved(), sampleSkipped(), sampleLeft(), sampleCompensated(), sampleFailed(), sampleCompleted(), sampleBranches(), sampleParted(),
		sampleUnheard(),
	}
}

func sampleRunning() *sample {
	return sampleOf("running", "so-1004").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 18*ms, "", "PAYMENT").
		stands(saga.CallAction, saga.InEffect).wait(40 * ms)
}

func sampleUnknown() *sample {
	return sampleOf("unknown", "so-1002").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 21*ms, "", "PAYMENT").
		call("PAYMENT", saga.CallAction, 1, saga.Unknown, 2000*ms, "no answer within 2 s; 214 bytes had been sent", "PAYMENT").
		wait(520*ms).
		call("PAYMENT", saga.CallProbe, 2, saga.Unknown, 640*ms, "503 Service Unavailable", "PAYMENT").
		stands(saga.CallProbe, saga.InEffect, saga.MaybeDone).wait(310 * ms)
}

func sampleAttention() *sample {
	s := sampleOf("attention", "so-1003").
		call("STOCK", saga.CallAction, 1, saga.Unknown, 2000*ms, "read tcp 127.0.0.1:41200: connection reset by peer", "STOCK")
	for n := 2; n < 5; n++ {
		s.wait(time.Duration(n)*400*ms).call("STOCK", saga.CallProbe, n, saga.NotDone, 9*ms, "not done: dial tcp 127.0.0.1:8081: connect: connection refused", "STOCK")
	}
	return s.wait(4*time.Second).turn("STOCK", saga.CallProbe, 5, saga.Unknown, 2000*ms, "no answer within 2 s", "STOCK", saga.NeedsAttention).
		needs(saga.InDoubt, time.Minute).stands(saga.CallProbe, saga.MaybeDone).wait(41 * time.Second)
}

func sampleCompensating() *sample {
	return sampleOf("compensating", "so-1005").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 16*ms, "", "PAYMENT").
		turn("PAYMENT", saga.CallAction, 1, saga.Refused, 31*ms, "refused: balance 12,000 is less than 58,500", "STOCK", saga.Compensating).
		call("STOCK", saga.CallCompensation, 1, saga.Unknown, 2000*ms, "no answer within 2 s", "STOCK").
		stands(saga.CallCompensation, saga.InEffect, saga.NeverDone).wait(220 * ms)
}

func sampleCompleted() *sample {
	return sampleOf("completed", "so-1000").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 18*ms, "", "PAYMENT").
		call("PAYMENT", saga.CallAction, 1, saga.Succeeded, 12*ms, "", "ORDER").
		turn("ORDER", saga.CallAction, 1, saga.Succeeded, 9*ms, "", "", saga.Completed).
		stands("", saga.InEffect, saga.InEffect, saga.InEffect).
		state(`{"item":"EST-1","order":1000,"quantity":2,"user":"j2ee"}`)
}

func sampleCompensated() *sample {
	return sampleOf("compensated", "so-1006").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 38*ms, "", "PAYMENT").
		call("PAYMENT", saga.CallAction, 1, saga.Succeeded, 25*ms, "", "ORDER").
		call("ORDER", saga.CallAction, 1, saga.Unknown, 2000*ms, "no answer within 2 s; 214 bytes had been sent", "ORDER").
		wait(502*ms).
		call("ORDER", saga.CallProbe, 2, saga.Unknown, 2000*ms, "connection reset after the question was sent", "ORDER").
		wait(2*time.Second).
		call("ORDER", saga.CallProbe, 3, saga.Unknown, 640*ms, "503 Service Unavailable", "ORDER").
		wait(22*time.Second).
		turn("ORDER", saga.CallFence, 4, saga.Refused, 12*ms, "refused: the key is fenced", "PAYMENT", saga.Compensating).
		call("PAYMENT", saga.CallCompensation, 1, saga.Succeeded, 18*ms, "", "STOCK").
		call("STOCK", saga.CallCompensation, 1, saga.Unknown, 2000*ms, "no answer within 2 s", "STOCK").
		wait(504*ms).
		turn("STOCK", saga.CallCompensation, 2, saga.Succeeded, 9*ms, "", "", saga.Compensated).
		stands("", saga.TakenBack, saga.TakenBack, saga.NeverDone)
}

func sampleFailed() *sample {
	return sampleOf("failed", "so-1001").
		turn("STOCK", saga.CallAction, 1, saga.Refused, 19*ms, "refused: out of stock: 0 of EST-1 left", "", saga.Failed).
		stands("", saga.NeverDone)
}

func sampleRecovered() *sample {
	return sampleOf("recovered", "so-1007").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 20*ms, "", "PAYMENT").
		add(saga.Event{Kind: saga.EventRecovered, Open: "PAYMENT"}, 3210*ms).
		call("PAYMENT", saga.CallProbe, 1, saga.Succeeded, 14*ms, "", "ORDER").
		turn("ORDER", saga.CallAction, 1, saga.Succeeded, 11*ms, "", "", saga.Completed).
		stands("", saga.InEffect, saga.InEffect, saga.InEffect).
		state(`{"item":"EST-1","order":1007,"quantity":2,"user":"j2ee"}`)
}

func sampleLost() *sample {
	return sampleOf("lost", "so-1008").
		call("STOCK", saga.CallAction, 1, saga.Succeeded, 20*ms, "", "PAYMENT").
		add(saga.Event{Kind: saga.EventRecovered, Open: "PAYMENT"}, 5040*ms).
		stands(saga.CallProbe, saga.InEffect, saga.MaybeDone).wait(120 * ms)
}
