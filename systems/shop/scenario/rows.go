package scenario

import "github.com/seosa-dev/saga/systems/fault"

// Rows is the table, in its order.
func Rows() []Row {
	return append(append(first(), reRequests()...), later()...)
}

// The words of the scripts.

func order(a Amount) Step   { return Step{Order: a} }
func send() Step            { return Step{Send: Some} }
func struck(at string) Step { return Step{Struck: at} }

func arm(at string, kind fault.Kind) Step { return Step{Arm: &fault.Fault{At: at, Kind: kind}} }

// always goes wrong until it is healed.
func always(at string, kind fault.Kind) Step {
	return Step{Arm: &fault.Fault{At: at, Kind: kind, Times: -1}}
}

// again goes wrong for the second attempt to place the order only.
func again(at string, kind fault.Kind) Step {
	return Step{Arm: &fault.Fault{At: at, Kind: kind, Match: "/2/"}}
}

func end(calls []string, status string, stock Change, rows int, answers ...int) End {
	return End{Calls: calls, Status: status, Stock: stock, Rows: rows, Answers: answers}
}

func disarm(at string, kind fault.Kind) Step {
	return Step{Disarm: &fault.Fault{At: at, Kind: kind}}
}

func heal() Step  { return Step{Heal: true} }
func drain() Step { return Step{Drain: true} }

// takenUnknown is an order whose goods were taken, and nobody knows it.
func takenUnknown() []Step {
	return []Step{arm(Decrement, fault.DropReply), arm(Check, fault.DropRequest), order(Some)}
}

// lostUnknown is an order that never reached the catalog, and nobody knows it.
func lostUnknown(a Amount) []Step {
	return []Step{arm(Decrement, fault.DropRequest), arm(Check, fault.DropRequest), order(a)}
}

// first are the rows of an order's first request.
func first() []Row {
	return []Row{{
		ID: "B-S1", English: "The order goes through", Korean: "주문 성공",
		Steps: []Step{order(Some)},
		Want:  end([]string{"decrement OK"}, "Success", Taken, 1, 201),
	}, {
		ID: "B-S2", English: "The order cannot be stored", Korean: "주문 삽입 실패",
		Steps: []Step{always(Insert, fault.Reject), order(Some), heal(), drain()},
		Want:  end([]string{"decrement OK", "compensation OK"}, "Fail", Untouched, 0, 502),
	}, {
		ID: "B-S3", English: "There is not enough stock", Korean: "재고 변경 실패",
		Steps: []Step{order(TooMuch)},
		Want:  end([]string{"decrement NO"}, "Fail", Untouched, 0, 409),
	}, {
		ID: "B-S4", English: "Unknown, and the re-request says it was done", Korean: "재고 변경 알 수 없어 재요청 → 정상",
		Steps: []Step{arm(Decrement, fault.DropReply), order(Some)},
		Want:  end([]string{"decrement ?", "check OK"}, "Success", Taken, 1, 201),
	}, {
		ID: "B-S5", English: "Unknown, the re-request says no, and then the first request arrives", Korean: "재고 변경 알 수 없어 재요청 → 실패",
		Steps: []Step{arm(Decrement, fault.Delay), order(Some), heal()},
		Want:  end([]string{"decrement ?", "check NO", "late decrement NO"}, "Fail", Untouched, 0, 502),
	}, {
		ID: "B-S6", English: "Unknown, and the re-request is unknown too", Korean: "재고 변경 알 수 없어 재요청 → 여전히 알 수 없음",
		Steps: []Step{arm(Decrement, fault.DropReply), arm(Check, fault.DropReply), order(Some)},
		Want:  end([]string{"decrement ?", "check ?"}, "Unknown", Taken, 0, 202),
	}}
}

// reRequests are the rows of an order that is sent again while it is Unknown.
func reRequests() []Row {
	return []Row{{
		ID: "B-S7a", English: "Sent again: it was done", Korean: "Unknown 재요청: 이미 차감됨",
		Before: takenUnknown(), Steps: []Step{order(Some)},
		Want: end([]string{"check OK"}, "Success", Taken, 1, 201),
	}, {
		ID: "B-S7b", English: "Sent again: it was not done, and now it is", Korean: "Unknown 재요청: 차감되지 않아 다시 차감",
		Before: lostUnknown(Some), Steps: []Step{order(Some)},
		Want: end([]string{"check NO", "decrement OK"}, "Success", Taken, 1, 201),
	}, {
		ID: "B-S7c", English: "Sent again: it was not done, and the new attempt is unknown", Korean: "Unknown 재요청: 다시 차감했으나 여전히 알 수 없음",
		Before: lostUnknown(Some),
		Steps:  []Step{again(Decrement, fault.DropRequest), again(Check, fault.DropRequest), order(Some)},
		Want:   end([]string{"check NO", "decrement ?", "check ?"}, "Unknown", Untouched, 0, 202),
	}, {
		ID: "B-S7d", English: "Sent again: nobody knows still", Korean: "Unknown 재요청: 확인도 알 수 없음",
		Before: takenUnknown(), Steps: []Step{arm(Check, fault.DropReply), order(Some)},
		Want: end([]string{"check ?"}, "Unknown", Taken, 0, 202),
	}, {
		ID: "B-S7e", English: "Sent again: it was not done, and the goods are gone", Korean: "Unknown 재요청: 차감되지 않았고 재고도 없음",
		Before: append(lostUnknown(All), Step{Others: One}), Steps: []Step{order(All)},
		Want: end([]string{"check NO", "decrement NO"}, "Fail", Untouched, 0, 409),
	}, {
		ID: "B-S7f", English: "Sent again: it was done, and the order cannot be stored", Korean: "Unknown 재요청: 차감됐으나 주문 삽입 실패",
		Before: takenUnknown(), Steps: []Step{always(Insert, fault.Reject), order(Some), heal(), drain()},
		Want: end([]string{"check OK", "compensation OK"}, "Fail", Untouched, 0, 502),
	}}
}

// later are the rows of repeats, crashes and compensations.
func later() []Row {
	return []Row{{
		ID: "B-S8", English: "A placed order is sent again", Korean: "이미 처리된 주문",
		Before: []Step{order(Some)}, Steps: []Step{order(Some)},
		Want: End{Status: "Success", Stock: Taken, Rows: 1, Answers: []int{201}, Same: true},
	}, {
		ID: "B-S9", English: "A failed order is sent again", Korean: "실패한 주문 재요청",
		Before: []Step{always(Insert, fault.Reject), order(Some), heal(), drain()}, Steps: []Step{order(Some)},
		Want: end([]string{"decrement OK"}, "Success", Taken, 1, 201),
	}, {
		ID: "B-S10", English: "kill -9 between stock and order", Korean: "재고 차감과 주문 저장 사이에 kill -9",
		Steps: []Step{
			arm(Decrement, fault.HoldReply), send(), struck(Decrement), order(Some),
			{Restart: true}, {Answer: true}, {Wait: "Success"}, order(Some),
		},
		Want: end([]string{"decrement ?", "check OK"}, "Success", Taken, 1, 409, 0, 201),
	}, {
		ID: "B-S11", English: "The same order twice at once", Korean: "같은 주문 동시 요청",
		Steps: []Step{arm(Decrement, fault.HoldReply), send(), struck(Decrement), order(Some), heal(), {Answer: true}, order(Some)},
		Want: End{
			Calls: []string{"decrement OK"}, Status: "Success", Stock: Taken, Rows: 1, Answers: []int{409, 201, 201}, Same: true,
		},
	}, {
		ID: "B-S12", English: "The compensation comes late and twice", Korean: "보상이 늦게, 두 번 도착",
		Before: []Step{always(Insert, fault.Reject), always(Compensation, fault.Off), order(Some), struck(Compensation)},
		Steps: []Step{
			order(Some), always(Compensation, fault.Duplicate), disarm(Compensation, fault.Off), drain(), heal(),
		},
		Want: end([]string{"decrement OK", "compensation OK", "compensation OK"}, "Fail", Untouched, 0, 502),
	}, {
		ID: "B-S13", English: "The broker is down when compensating", Korean: "보상할 때 메시지 브로커가 멈춰 있음",
		Steps: []Step{always(Insert, fault.Reject), always(Compensation, fault.Off), order(Some), struck(Compensation), {Look: true}, heal(), drain()},
		Want: End{
			Calls: []string{"decrement OK", "compensation OK"}, Status: "Fail", Stock: Untouched, Answers: []int{502}, Pending: true,
		},
	}}
}
