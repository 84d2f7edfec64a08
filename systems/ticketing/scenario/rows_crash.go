package scenario

import (
	"slices"

	"github.com/seosa-dev/saga/systems/fault"
)

// The commits of the orchestrator.
const (
	Started = "saga started" // the saga's row, in the transaction that starts it
	Journal = "journal"      // a transition of the saga
	Told    = "saga told"    // that its end is told
)

// crashes are the rows of A-52: the orchestrator dies, with everything else.
func crashes() []Row {
	rows := both("A-52-start", Started, "the start of the saga", "사가 시작", "A-43")
	rows = append(rows, both("A-52-journal", Journal, "its first transition", "사가의 첫 상태 전이", "A-52")...)
	rows = append(rows, both("A-52-claim", "claim APPLIED", "the claim", "예약 잠금", "A-52")...)
	rows = append(rows,
		published("claim", "ClaimReservations", "reservation", "예약 잠금 명령"),
		published("initiated", "PaymentInitiated", "payment", "결제 시작 이벤트"),
		Row{
			ID: "A-52-middle", English: "kill -9 at a transition in the middle of the saga: the same end", Korean: "사가 중간 상태 전이에서 kill -9: 같은 결과",
			Proves: []string{"A-15", "A-52"},
			Steps:  append(keptBack(Way("ReservationsCompleted", "queue")), arm(Journal, fault.CrashAfter), died(), answered(), pay(First)),
			Want:   completed(0, 200),
		},
		Row{
			ID: "A-52-kill", English: "kill -9 of everything while a message is on its way: the same end", Korean: "메시지 전달 중 전체 kill -9: 같은 결과",
			Proves: []string{"A-15", "A-52"},
			Steps:  append(keptBack(Way("QueueCompleted", "concert")), Step{Kill: true}, answered(), pay(First)),
			Want:   completed(0, 200),
		})
	rows = append(rows,
		back("undo-before", "just before an undo gets there", "보상 명령 전달 직전", Way("UndoReservation", "reservation"), fault.CrashBefore),
		back("undo-after", "just after an undo was done", "보상 수행 직후", Way("UndoReservation", "reservation"), fault.CrashAfter),
		back("refund-before", "just before the refund is committed", "환불 커밋 직전", "debit REVERTED", fault.CrashBefore),
		back("refund-after", "just after the refund is committed", "환불 커밋 직후", "debit REVERTED", fault.CrashAfter))
	return append(rows, told("before", "직전", fault.CrashBefore), told("after", "직후", fault.CrashAfter))
}

// published is a crash while a message of the orchestrator's is published.
func published(id, typ, to, korean string) Row {
	return Row{
		ID: "A-52-publish-" + id, English: "kill -9 while " + typ + " is published: the same end", Korean: korean + " 발행 중 kill -9: 같은 결과",
		Proves: []string{"A-15", "A-52"}, Steps: crashing(Way(typ, to), fault.CrashBefore), Want: completed(0, 200),
	}
}

// back is a crash while everything is undone.
func back(id, when, korean, at string, kind fault.Kind) Row {
	way := Way("QueueCompleted", "concert")
	return Row{
		ID: "A-52-" + id, English: "kill -9 " + when + ": everything is undone all the same", Korean: korean + " kill -9: 보상은 그대로 완료",
		Proves: []string{"A-15", "A-42", "A-52"},
		Steps: slices.Concat(keptBack(way), []Step{
			arm(at, kind), admin(CloseConcert), disarm(way, fault.Postpone), died(), answered(), pay(First),
		}),
		Want: releasedSeat([]string{"QUEUE", "RESERVATION"}, 0, 409).with(func(e *End) { e.Concert, e.Restored = "UNAVAILABLE", 1 }),
	}
}

// told is a crash when the buyer is to be told of the end. Whether the answer got out before it is chance.
func told(id, korean string, kind fault.Kind) Row {
	return Row{
		ID: "A-52-told-" + id, English: "kill -9 just " + id + " the end is noted to be told: the buyer is told once", Korean: "종료 알림 기록 " + korean + " kill -9: 알림은 한 번",
		Proves: []string{"A-29", "A-52"}, Steps: []Step{arm(Told, kind), send(), died(), pay(First)},
		Want: completed(200),
	}
}
