package scenario

import "github.com/seosa-dev/saga/systems/fault"

// silences are the rows of A-53: an answer does not come, or a service is away.
func silences() []Row {
	rows := []Row{
		silent("claim", "ReservationsClaimed", "예약 잠금"), silent("debit", "BalanceDebited", "차감"), silent("payment", "PaymentCompleted", "결제"),
		silent("reservation", "ReservationsCompleted", "예약"), silent("queue", "QueueCompleted", "대기열"), silent("concert", "ConcertStatusUpdated", "콘서트"),
	}
	last := Way("ConcertStatusUpdated", "orchestrator")
	return append(rows, Row{
		ID: "A-53-never", English: "The last answer never comes: a person is needed, nothing is undone, and it goes through in the end",
		Korean: "마지막 응답이 끝내 오지 않음: 관리자 확인 후 완료", Hasty: true, Proves: []string{"A-51", "A-53"},
		Steps: []Step{always(last, fault.Lose), pay(First), untilState(NeedsAttention), heal(), retry()},
		Want:  completed(202).with(func(e *End) { e.Attention = "in doubt at CONCERT" }),
	}, Row{
		ID: "A-53-away", English: "The queue service is away for a while: the money is not given back, and it goes through", Korean: "대기열 서비스가 잠시 멈춤: 환불 없이 복구 후 완료",
		Proves: []string{"A-15", "A-53", "F-A16"},
		Steps: []Step{
			always(Way("ReservationsCompleted", "queue"), fault.Off), always(Way("AskQueue", "queue"), fault.Off), send(),
			struck(Way("AskQueue", "queue")), heal(), answered(),
		},
		Want: completed(200),
	})
}

// silent is an answer that the orchestrator does not hear.
func silent(id, typ, korean string) Row {
	return Row{
		ID: "A-53-" + id, English: "The orchestrator does not hear " + typ + ": it asks", Korean: korean + " 응답 유실: 오케스트레이터가 다시 물어봄",
		Proves: []string{"A-53"}, Steps: []Step{arm(Way(typ, "orchestrator"), fault.Lose), pay(First)}, Want: completed(200),
	}
}
