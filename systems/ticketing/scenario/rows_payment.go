package scenario

import (
	"slices"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

const (
	afterHold  = 6 * time.Minute  // a seat is held for five
	afterToken = 11 * time.Minute // a token is active for ten
)

// payment are the rows of A-47: PAYMENT fails, and nothing needs to be compensated.
func payment() []Row {
	debit := Way("DebitBalance", "user")
	short := []Row{{
		ID: "A-47-refused", English: "Too little money: nothing is taken, and the reservation is the buyer's as before",
		Korean: "잔액 부족: 차감 없음, 예약 유지", Proves: []string{"A-25", "A-30", "A-34", "A-45", "A-47"},
		Money: Price - 1, Steps: []Step{pay(First)}, Want: failed(402),
	}, {
		ID: "A-47-again", English: "Too little money; the buyer charges and pays again", Korean: "잔액 부족 후 충전하고 다시 결제",
		Proves: []string{"A-47"}, Money: -1, About: Second,
		Steps: []Step{pay(First), charge(Price), pay(Second)}, Want: completed(402, 200),
	}, {
		ID: "A-47-expired", English: "The hold is over: the claim is refused, no step begins, and another buyer gets the seat",
		Korean: "점유 시간이 지난 예약: 결제 시작 거절, 다른 사람이 예약", Proves: []string{"A-47", "F-A18"},
		Steps: []Step{rival(Enter), rival(Wait), later(afterHold), pay(First), rival(Reserve)},
		Want: failed(201, 410, 201).with(func(e *End) {
			e.Payment, e.Undone, e.Reserved = "none", nil, []string{"RESERVATION_EXPIRED"}
		}),
	}, {
		ID: "A-47-debit-lost", English: "The command to debit is lost for ever", Korean: "차감 명령이 끝내 도착하지 않음", Hasty: true,
		Proves: []string{"A-45", "A-47", "A-53"}, Steps: []Step{always(debit, fault.Lose), pay(First)}, Want: failed(409),
	}, {
		ID: "A-47-debit-late", English: "The command to debit comes after it was given up: no money is taken", Korean: "포기한 뒤 도착한 차감 명령: 차감되지 않음",
		Hasty: true, Proves: []string{"A-47", "F-A13"}, Steps: []Step{always(debit, fault.Postpone), pay(First), heal()}, Want: failed(409),
	}, {
		ID: "A-47-debit-missed", English: "The command to debit is lost once: it is asked for again", Korean: "차감 명령이 한 번 유실: 다시 요청",
		Proves: []string{"A-47", "A-53"}, Steps: []Step{arm(debit, fault.Lose), pay(First)}, Want: completed(200),
	}}
	return slices.Concat(short, both("A-47-debit", "debit APPLIED", "the debit", "차감", "A-47"), failure{
		row: "A-47", step: "PAYMENT", way: Way("BalanceDebited", "payment"), commit: "payment APPLIED", korean: "결제",
		end: failed(409).with(func(e *End) { e.Saga, e.Undone = "COMPENSATED", []string{"DEBIT", "CLAIM"} }),
	}.rows())
}

// failure is a step that fails in the ways in which every step can.
type failure struct {
	row, step   string
	way, commit string // where its message comes in, and where it is done
	korean      string // the step
	end         End    // if it is given up
}

// rows are a message that is lost for good, one that comes when it is too late, one that is lost once, and the
// crashes.
func (f failure) rows() []Row {
	return append([]Row{{
		ID: f.row + "-lost", English: f.step + " never hears of it: it is given up", Korean: f.korean + " 단계에 메시지가 끝내 도착하지 않음: 포기", Hasty: true,
		Proves: []string{"A-42", "A-45", f.row}, Steps: []Step{always(f.way, fault.Lose), pay(First)}, Want: f.end,
	}, {
		ID: f.row + "-late", English: f.step + " hears of it after it was given up, and finds the door shut", Korean: "포기한 뒤 " + f.korean + " 단계에 늦게 도착: 거절", Hasty: true,
		Proves: []string{f.row, "F-A13"}, Steps: []Step{always(f.way, fault.Postpone), pay(First), heal()}, Want: f.end,
	}, {
		ID: f.row + "-missed", English: "The message for " + f.step + " is lost once: what is missing is asked for", Korean: f.korean + " 메시지가 한 번 유실: 다시 물어봄",
		Proves: []string{f.row, "A-53"}, Steps: []Step{arm(f.way, fault.Lose), pay(First)}, Want: completed(200),
	}}, both(f.row, f.commit, f.step, f.korean, f.row)...)
}

// both are a crash before and one after a commit.
func both(id, commit, what, korean, proves string) []Row {
	return []Row{{
		ID: id + "-crash-before", English: "kill -9 just before " + what + " is committed: the same end", Korean: korean + " 커밋 직전에 kill -9: 같은 결과",
		Proves: []string{"A-15", proves, "A-52"}, Steps: crashing(commit, fault.CrashBefore), Want: completed(0, 200),
	}, {
		ID: id + "-crash-after", English: "kill -9 just after " + what + " is committed: the same end", Korean: korean + " 커밋 직후에 kill -9: 같은 결과",
		Proves: []string{"A-15", proves, "A-52", "F-A1"}, Steps: crashing(commit, fault.CrashAfter), Want: completed(0, 200),
	}}
}
