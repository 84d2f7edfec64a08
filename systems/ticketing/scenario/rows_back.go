package scenario

import (
	"slices"

	"github.com/seosa-dev/saga/systems/fault"
)

// The tables that a row makes refuse.
const (
	Refunds = "refunds" // the user service's ledger of balances
	History = "history" // the payment service's history of payments
)

// compensations are the rows of A-51: a step is refused, and then an undo fails again and again. A person is
// needed, and when what was broken works again the saga goes back as it would have.
func compensations() []Row {
	closed := releasedSeat([]string{"QUEUE", "RESERVATION"}).with(func(e *End) {
		e.Answers, e.Concert, e.Restored = []int{202}, "UNAVAILABLE", 1
	})
	return append([]Row{
		broken("queue", "QUEUE is lost", "대기열 복원 명령", always(Way("UndoQueue", "queue"), fault.Lose), "QUEUE", closed),
		broken("reservation", "RESERVATION is lost", "예약 취소 명령", always(Way("UndoReservation", "reservation"), fault.Lose), "RESERVATION", closed),
		broken("payment", "PAYMENT is refused by its table", "결제 취소 (테이블 거부)", always(History, fault.Reject), "PAYMENT", closed),
		broken("debit", "DEBIT is refused by its table", "환불 (테이블 거부)", always(Refunds, fault.Reject), "DEBIT", closed),
		broken("claim", "CLAIM is lost", "예약 잠금 해제 명령", always(Way("UndoClaim", "reservation"), fault.Lose), "CLAIM", closed),
		broken("answer", "DEBIT is done, and the answer is lost", "환불 응답 유실", always(Way("DebitUndone", "orchestrator"), fault.Lose), "DEBIT", closed),
	}, Row{
		ID: "A-51-doubled", English: "Every message arrives twice on the way back: everything is undone once", Korean: "보상 중 모든 메시지가 두 번 도착: 한 번만 보상",
		Proves: []string{"A-38", "A-42", "A-50", "F-A9", "F-A14"},
		Steps: append(keptBack(Way("QueueCompleted", "concert")), admin(CloseConcert), disarm(Way("QueueCompleted", "concert"), fault.Postpone),
			everything(fault.Duplicate), release(), answered()),
		Want: closed.with(func(e *End) { e.Answers = []int{409} }),
	})
}

// broken is a row whose undo of one step fails for as long as a fault stands.
func broken(id, what, korean string, fails Step, step string, end End) Row {
	way := Way("QueueCompleted", "concert")
	return Row{
		ID: "A-51-" + id, English: "The undo of " + what + " again and again: a person is needed, and lets it be tried again",
		Korean: korean + " 반복 실패: 관리자 확인 후 재시도", Proves: []string{"A-42", "A-51"}, Hasty: true,
		Steps: slices.Concat(keptBack(way), []Step{
			fails, admin(CloseConcert), disarm(way, fault.Postpone), release(),
			untilState(NeedsAttention), answered(), heal(), retry(),
		}),
		Want: end.with(func(e *End) { e.Attention = "undo unfinished at " + step }),
	}
}
