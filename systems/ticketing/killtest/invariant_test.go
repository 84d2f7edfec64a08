//go:build unix

package killtest_test

import "strconv"

// invariant is what must hold when everything is at rest. broken selects what breaks it, one text a row. planted
// breaks it, to show that it would be found.
type invariant struct{ name, broken, planted string }

// views are what the invariants are about, over the files of all services.
func views() []string {
	return []string{
		`create temp view saga as select s.id, s.user, s.told_at, i.status, i.reason
			from orchestrator.payment_saga s left join orchestrator.saga_instance i on i.id = s.id`,
		`create temp view step as
			select key, state, reverted_at, substr(key, 1, instr(key, '/') - 1) as saga, substr(key, instr(key, '/') + 1) as name
			from (select * from user.saga_ledger union all select * from payment.saga_ledger union all
				select * from reservation.saga_ledger union all select * from queue.saga_ledger union all select * from concert.saga_ledger)`,
		`create temp table ordinal as select column1 as name, column2 as n
			from (values ('CLAIM', 1), ('DEBIT', 2), ('PAYMENT', 3), ('RESERVATION', 4), ('QUEUE', 5), ('CONCERT', 6))`,
		`create temp view paid as select l.reservation, l.price, p.saga, p.user
			from payment.payment p join payment.payment_line l on l.payment = p.id where p.status = 'COMPLETED'`,
	}
}

func invariants() []invariant {
	all := append(sagaInvariants(), moneyInvariants()...)
	return append(append(all, seatInvariants()...), tokenInvariants()...)
}

// I-A3, I-A4, I-A13.
func sagaInvariants() []invariant {
	return []invariant{
		{"every saga is at its end, or needs attention and says why", `
			select id || ' ' || coalesce(status, 'is not there') from saga
			where status is null or status not in ('completed', 'compensated', 'failed') and not (status = 'needs attention' and reason <> '')`,
			`update orchestrator.saga_instance set status = 'running'`},
		{"every end is told, once", `
			select s.id from saga s where s.status <> 'needs attention' and
				(s.told_at is null or (select group_concat(kind) from user.notification n where n.saga_id = s.id) is not
					case s.status when 'completed' then 'COMPLETED' else 'FAILED' end)`,
			`delete from user.notification`},
		{"a completed saga has its six steps", `
			select id from saga where status = 'completed' and
				(select count(*) from step where step.saga = id and state = 'APPLIED') <> 6`,
			`delete from user.saga_ledger`},
		{"what is not completed has no step in effect", `
			select key from step join saga on saga.id = step.saga where state = 'APPLIED' and status in ('compensated', 'failed')`,
			`update user.saga_ledger set state = 'APPLIED', reverted_at = null where state = 'REVERTED'`},
		{"a step belongs to a saga", `select key from step where not exists (select 1 from saga where id = step.saga)`,
			`delete from orchestrator.payment_saga`},
		{"undo comes in the reverse order", `
			select a.key || ' before ' || b.key from step a join step b on b.saga = a.saga
				join ordinal x on x.name = a.name join ordinal y on y.name = b.name
			where x.n < y.n and a.reverted_at <= b.reverted_at`,
			`update reservation.saga_ledger set reverted_at = 1 where state = 'REVERTED' and operation = 'claim'`},
	}
}

// I-A1, I-A5.
func moneyInvariants() []invariant {
	return []invariant{
		{"a balance is the sum of its ledger", `
			select b.user from user.balance b where b.amount < 0 or b.amount <>
				(select coalesce(sum(case kind when 'DEBIT' then -amount else amount end), 0) from user.balance_ledger l where l.user = b.user)`,
			`update user.balance set amount = amount + 1`},
		{"money is conserved", `
			select 'all' where (select sum(amount) from user.balance) + (select coalesce(sum(amount), 0) from payment.payment where status = 'COMPLETED')
				<> (select sum(amount) from user.balance_ledger where kind = 'CHARGE')`,
			`update user.balance set amount = amount + 1`},
		{"one debit and at most one refund of the same", `
			select key from user.balance_ledger where kind <> 'CHARGE' group by key
			having sum(kind = 'DEBIT') <> 1 or sum(kind = 'REFUND') > 1 or max(amount) <> min(amount)`,
			`delete from user.balance_ledger where kind = 'DEBIT'`},
		{"money is with a payment that is completed, and with no other", `
			select d.key from user.balance_ledger d where d.kind = 'DEBIT' and
				exists (select 1 from user.balance_ledger r where r.kind = 'REFUND' and r.key = d.key) =
				exists (select 1 from payment.payment p where p.id = d.key and p.status = 'COMPLETED' and p.amount = d.amount and p.user = d.user)`,
			`update payment.payment set status = 'FAILED' where status = 'COMPLETED'`},
		{"a payment is completed with its saga", `
			select s.id || ' ' || s.status || ' ' || coalesce(p.status, 'no payment') from saga s left join payment.payment p on p.saga = s.id
			where s.status <> 'needs attention' and ((s.status = 'completed') <> (coalesce(p.status, '') = 'COMPLETED') or p.status = 'PENDING')`,
			`update payment.payment set status = 'FAILED' where status = 'COMPLETED'`},
		{"a payment is cancelled if and only if its step was undone", `
			select p.id from payment.payment p where (p.status = 'CANCELLED') <>
				exists (select 1 from step where step.saga = p.saga and name = 'PAYMENT' and state = 'REVERTED')`,
			`update payment.payment set status = 'FAILED', refunded_at = null where status = 'CANCELLED'`},
	}
}

// I-A2, I-A4, I-A10, I-A11.
func seatInvariants() []invariant {
	return []invariant{
		{"no seat is sold twice", `
			select schedule || '/' || seat from reservation.reservation where status = 'PAYMENT_COMPLETED' group by schedule, seat having count(*) > 1`,
			`drop index reservation.reservation_live; update reservation.reservation set status = 'PAYMENT_COMPLETED', saga = 'x', seat = 1`},
		{"a paid reservation is in one live payment, of its price and its buyer", `
			select r.id from reservation.reservation r where r.status = 'PAYMENT_COMPLETED' and
				(select count(*) from paid where paid.reservation = r.id and paid.price = r.price and paid.user = r.user and paid.saga = r.saga) <> 1`,
			`delete from payment.payment_line`},
		{"what was paid for is a paid reservation", `
			select reservation from paid where not exists
				(select 1 from reservation.reservation r where r.id = paid.reservation and r.status = 'PAYMENT_COMPLETED')`,
			`update reservation.reservation set status = 'RESERVATION_CANCELLED' where status = 'PAYMENT_COMPLETED'`},
		{"nothing is being paid", `
			select r.id from reservation.reservation r left join saga on saga.id = r.saga
			where r.status = 'PAYING' and coalesce(saga.status, '') <> 'needs attention'`,
			`update reservation.reservation set status = 'PAYING' where status = 'PAYMENT_COMPLETED'`},
		{"a seat is with the reservation that lives", `
			select s.schedule || '/' || s.number from reservation.reservation_seat s where s.holder is not
				(select r.id from reservation.reservation r where r.schedule = s.schedule and r.seat = s.number
					and r.status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED'))`,
			`update reservation.reservation_seat set holder = null`},
		{"the hall shows what is so", `
			select c.schedule || '/' || c.number || ' ' || c.status from concert.concert_seat c
				left join reservation.reservation_seat s on s.schedule = c.schedule and s.number = c.number
				left join reservation.reservation r on r.id = s.holder
			where s.schedule is null or c.reservation is not s.holder or c.status <>
				case r.status when 'PAYMENT_COMPLETED' then 'SOLD' when 'PAYMENT_PENDING' then 'HELD' when 'PAYING' then 'HELD' else 'AVAILABLE' end`,
			`update concert.concert_seat set status = 'HELD' where status = 'SOLD'`},
		{"a concert stands as its seats and its administrator say", `
			select c.id from concert.concert c where (c.status = 'AVAILABLE') <>
				(c.closed = 0 and exists (select 1 from concert.schedule d join concert.concert_seat s on s.schedule = d.id
					where d.concert = c.id and s.status <> 'SOLD'))`,
			`update concert.concert set status = case status when 'AVAILABLE' then 'UNAVAILABLE' else 'AVAILABLE' end`},
		{"the queue knows how concerts stand", `
			select c.id from concert.concert c left join queue.queue_concert q on q.id = c.id where c.status is not q.status`,
			`delete from queue.queue_concert`},
	}
}

// I-A8, I-A9.
func tokenInvariants() []invariant {
	return []invariant{
		{"a token is used up by a completed saga", `
			select t.token from queue.queue_token t where t.status = 'COMPLETED' and not exists
				(select 1 from saga s where s.status in ('completed', 'needs attention') and s.id || '/QUEUE' = t.completed_by)`,
			`update queue.queue_token set completed_by = 'x' where status = 'COMPLETED'`},
		{"a completed saga's token is used up", `
			select q.key from queue.saga_ledger q where q.state = 'APPLIED' and not exists
				(select 1 from queue.queue_token t where t.token = json_extract(q.request, '$.sale.token') and t.status not in ('WAITING', 'ACTIVE'))`,
			`drop index queue.queue_token_one_live; update queue.queue_token set status = 'ACTIVE' where status = 'COMPLETED'`},
		{"no more are active than may be", `
			select concert from queue.queue_token where status = 'ACTIVE' and restored = 0 group by concert having count(*) > ` + strconv.Itoa(atOnce),
			`update queue.queue_token set status = 'ACTIVE', restored = 0, concert = 1, user = token where status = 'COMPLETED'`},
		{"who came first was let in first", `
			select a.token from queue.queue_token a join queue.queue_token b on b.concert = a.concert and b.seq > a.seq
			where a.admitted_at > 0 and b.admitted_at > 0 and b.admitted_at < a.admitted_at`,
			`update queue.queue_token set admitted_at = 1000000 - seq where admitted_at > 0`},
	}
}
