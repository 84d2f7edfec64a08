package scenario

import (
	"slices"

	"github.com/seosa-dev/saga/systems/fault"
)

// Rows is the table, in its order.
func Rows() []Row {
	return slices.Concat(success(), payment(), reservation(), queue(), concert(), compensations(), crashes(), silences())
}

// success are the rows of A-46, and of what must not get in its way.
func success() []Row {
	toReservation := Way("PaymentCompleted", "reservation")
	return []Row{{
		ID: "A-46", English: "All steps succeed", Korean: "모든 단계 성공",
		Proves: []string{"A-11", "A-21", "A-24", "A-26", "A-27", "A-28", "A-29", "A-35", "A-36", "A-37", "A-43", "A-44", "A-46", "A-55"},
		Steps:  []Step{pay(First)}, Want: completed(200),
	}, {
		ID: "A-46-two", English: "Two reservations in one payment", Korean: "예약 두 건을 한 번에 결제",
		Proves: []string{"A-11", "A-46"}, Book: 2, Steps: []Step{pay(First)},
		Want: completed(200).with(func(e *End) {
			e.Reserved, e.Seats = []string{"PAYMENT_COMPLETED", "PAYMENT_COMPLETED"}, []string{"SOLD", "SOLD"}
			e.Balance = -2 * Price
		}),
	}, {
		ID: "A-46-soldout", English: "The last seat: the concert is sold out, and nobody enters its line", Korean: "마지막 좌석: 콘서트 매진, 대기열 진입 불가",
		Proves: []string{"A-37", "A-46"}, Seats: 1, Steps: []Step{pay(First), rival(Enter)},
		Want: completed(200, 409).with(func(e *End) { e.Concert = "UNAVAILABLE" }),
	}, {
		ID: "A-46-click", English: "A double click: the same key twice at once, and once more", Korean: "중복 클릭: 같은 키로 동시에 두 번, 다시 한 번",
		Proves: []string{"A-46", "F-A19"},
		Steps:  []Step{arm(toReservation, fault.Postpone), send(), send(), struck(toReservation), heal(), answered(), answered(), pay(First)},
		Want:   completed(200, 200, 200),
	}, {
		ID: "A-46-race", English: "Two payments for one reservation: the second is refused", Korean: "같은 예약을 두 결제가 경합: 나중 것은 거절",
		Proves: []string{"A-46", "F-A19"},
		Steps:  append(keptBack(toReservation), pay(Second), heal(), answered()),
		Want:   completed(409, 200),
	}, {
		ID: "A-46-doubled", English: "Every message arrives twice", Korean: "모든 메시지가 두 번 도착",
		Proves: []string{"A-46", "F-A14"},
		Steps:  []Step{everything(fault.Duplicate), pay(First)}, Want: completed(200),
	}, {
		ID: "A-46-hold", English: "The hold runs out while it is paid: nobody else gets the seat", Korean: "결제 중 좌석 점유 시간 만료: 다른 사람이 예약하지 못함",
		Proves: []string{"A-46", "F-A18"},
		Steps: slices.Concat([]Step{rival(Enter), rival(Wait)}, keptBack(toReservation),
			[]Step{later(afterHold), rival(Reserve), heal(), answered()}),
		Want: completed(201, 409, 200),
	}}
}
