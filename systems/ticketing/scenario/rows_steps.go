package scenario

import (
	"slices"

	"github.com/seosa-dev/saga/systems/fault"
)

// reservation are the rows of A-48: RESERVATION fails, and the payment is undone.
func reservation() []Row {
	way := Way("PaymentCompleted", "reservation")
	return append([]Row{{
		ID: "A-48-refused", English: "An administrator cancels the reservation while it is paid: the money goes back",
		Korean: "결제 중 관리자가 예약 취소: 환불", Proves: []string{"A-30", "A-35", "A-38", "A-42", "A-45", "A-48", "F-A8"},
		Steps: append(keptBack(way), admin(CancelReservation), heal(), answered()), Want: releasedSeat(nil, 409),
	}}, failure{
		row: "A-48", step: "RESERVATION", way: way, commit: "reservation APPLIED", korean: "예약", end: returned(409),
	}.rows()...)
}

// queue are the rows of A-49: QUEUE fails, and reservation and payment are undone.
func queue() []Row {
	way := Way("ReservationsCompleted", "queue")
	undone := []string{"RESERVATION"}
	return append([]Row{{
		ID: "A-49-refused", English: "An administrator takes the token away while it is paid", Korean: "결제 중 관리자가 토큰 회수",
		Proves: []string{"A-30", "A-38", "A-39", "A-42", "A-45", "A-49", "F-A10"},
		Steps:  append(keptBack(way), admin(TakeToken), heal(), answered()),
		Want:   releasedSeat(undone, 409).with(func(e *End) { e.Token = "CANCELLED" }),
	}}, failure{
		row: "A-49", step: "QUEUE", way: way, commit: "queue APPLIED", korean: "대기열", end: releasedSeat(undone, 409),
	}.rows()...)
}

// concert are the rows of A-50: CONCERT fails, and everything is undone.
func concert() []Row {
	way, told := Way("QueueCompleted", "concert"), Way("ConcertStatusUpdated", "orchestrator")
	undone := []string{"QUEUE", "RESERVATION"}
	again := releasedSeat(undone, 409).with(func(e *End) { e.Restored = 1 })
	closed := again.with(func(e *End) { e.Concert = "UNAVAILABLE" })
	closing := func(before, between []Step) []Step {
		return slices.Concat(before, keptBack(way), between, []Step{admin(CloseConcert), heal(), answered()})
	}
	return append([]Row{{
		ID: "A-50-refused", English: "An administrator closes the concert while it is paid: everything is undone, and it stays closed",
		Korean: "결제 중 관리자가 콘서트 종료: 모두 보상, 종료 상태 유지", Proves: []string{"A-30", "A-38", "A-39", "A-40", "A-42", "A-45", "A-50", "F-A12"},
		Steps: closing(nil, nil), Want: closed,
	}, {
		ID: "A-50-place", English: "The token's place was given away: it is restored over the limit, and counted apart",
		Korean: "반납한 자리가 이미 다른 사람에게: 한도를 넘겨 복원, 따로 집계", Proves: []string{"A-40", "A-50", "F-A11"},
		Steps: closing([]Step{admin(OneAtATime), rival(Enter)}, []Step{rival(Wait)}),
		Want:  closed.with(func(e *End) { e.Answers = []int{201, 409} }),
	}, {
		ID: "A-50-over", English: "The token's own time is over: it is not restored", Korean: "토큰 유효 시간이 지남: 복원하지 않음",
		Proves: []string{"A-40", "A-50", "F-A11"}, Steps: closing(nil, []Step{later(afterToken)}),
		Want: closed.with(func(e *End) { e.Token, e.Restored = "EXPIRED", 0 }),
	}, {
		ID: "A-50-undone", English: "The last seat is sold, nobody hears of it, and a person turns the payment back: the concert is available again",
		Korean: "마지막 좌석 판매 후 응답 유실, 관리자가 되돌림: 콘서트 다시 예약 가능", Proves: []string{"A-40", "A-41", "A-42"}, Seats: 1,
		Steps: []Step{always(told, fault.Lose), send(), struck(told), {TurnBack: true}, heal(), answered()},
		Want:  releasedSeat([]string{"CONCERT", "QUEUE", "RESERVATION"}, 409).with(func(e *End) { e.Restored = 1 }),
	}}, failure{
		row: "A-50", step: "CONCERT", way: way, commit: "concert APPLIED", korean: "콘서트", end: again,
	}.rows()...)
}
