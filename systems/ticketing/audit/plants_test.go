package audit_test

import "slices"

// planting is what somebody did to the files, by service.
type planting struct {
	name string
	in   map[string]string
	want []string
}

func at(service, statements string) map[string]string { return map[string]string{service: statements} }

func breaks(invariants ...string) []string { return invariants }

func planted() []planting {
	return slices.Concat(plantedMoney(), plantedSeats(), plantedSagas(), plantedLedgers(), plantedTurns(), plantedMessages())
}

func plantedMoney() []planting {
	return []planting{
		{"a balance that grew by itself", at("user", `update balance set amount = amount + 1 where user = 'mina'`), breaks("I-A1")},
		{"a balance below zero", at("user", `update balance set amount = -1 where user = 'bob'`), breaks("I-A1")},
		{"money out of nothing, on both sides", at("user", `update balance set amount = amount + 5 where user = 'bob';
			insert into balance_ledger (user, kind, amount, balance, key, at) values ('bob', 'REFUND', 5, 5, 'P-{bob}', 1)`),
			breaks("I-A1", "I-A4", "I-A5", "I-A7")},
		{"an entry that says another balance", at("user", `update balance_ledger set balance = 7 where user = 'carl' and kind = 'DEBIT'`), breaks("I-A1")},
		{"a debit that is gone", at("user", `update balance set amount = amount + 100000 where user = 'mina';
			update balance_ledger set balance = balance + 100000 where user = 'mina' and kind <> 'CHARGE';
			delete from balance_ledger where key = 'P-{mina}'`), breaks("I-A1", "I-A5", "I-A7")},
		{"refunded twice", at("user", `create table copy as select * from balance_ledger; drop table balance_ledger; alter table copy rename to balance_ledger;
			insert into balance_ledger select 100, user, kind, amount, balance + 50000, key, at from balance_ledger where kind = 'REFUND';
			update balance set amount = amount + 50000 where user = 'carl'`), breaks("I-A1", "I-A4", "I-A5")},
		{"refunded more than was taken", at("user", `update balance_ledger set amount = 50001, balance = 100001 where kind = 'REFUND';
			update balance set amount = 100001 where user = 'carl'`), breaks("I-A1", "I-A4", "I-A5")},
		{"a payment that was not refunded", at("payment", `update payment set refunded_at = null where id = 'P-{carl}'`), breaks("I-A5")},
		{"a payment that is refunded and stands", at("payment", `update payment set refunded_at = 1 where id = 'P-{mina}'`), breaks("I-A5")},
		{"a payment with another amount", at("payment", `update payment set amount = 99999 where id = 'P-{mina}'`), breaks("I-A1", "I-A4", "I-A5")},
		{"a payment that was made without being begun", at("payment", `delete from payment_history where payment = 'P-{mina}' and number = 1`), breaks("I-A5")},
		{"a payment of another saga", at("payment", `update payment set saga = 's-other' where id = 'P-{bob}'`), breaks("I-A6")},
		{"charged twice under one key", at("user", `create table copy as select * from balance_ledger; drop table balance_ledger; alter table copy rename to balance_ledger;
			insert into balance_ledger select 100, user, kind, amount, balance + amount, key, at from balance_ledger where user = 'carl' and kind = 'CHARGE';
			update balance set amount = amount + 100000 where user = 'carl'`), breaks("I-A6")},
	}
}

func plantedSeats() []planting {
	return []planting{
		{"two live reservations for a seat", at("reservation", `drop index reservation_live; update reservation set status = 'PAYMENT_PENDING', seat = 3 where id = 6`), breaks("I-A2")},
		{"a seat that forgot its holder", at("reservation", `update reservation_seat set holder = null where holder = 1`), breaks("I-A2")},
		{"a seat that kept its holder", at("reservation", `update reservation_seat set holder = 6 where schedule = 1 and number = 4`), breaks("I-A2", "I-A12")},
		{"a reservation for another price", at("reservation", `update reservation set price = 1 where id = 1`), breaks("I-A2")},
		{"sold twice by payments", at("payment", `update payment_line set reservation = 1 where reservation = 3`), breaks("I-A2")},
		{"a seat that is sold to nobody", at("concert", `update concert_seat set status = 'SOLD', reservation = 6 where schedule = 1 and number = 4`), breaks("I-A2", "I-A7")},
		{"a sold seat that is shown as free", at("concert", `update concert_seat set status = 'AVAILABLE', reservation = null, version = 3 where schedule = 1 and number = 1`), breaks("I-A2")},
		{"a held seat that is shown as free", at("concert", `update concert_seat set status = 'AVAILABLE', reservation = null where schedule = 1 and number = 3`), breaks("I-A12")},
		{"a sold-out concert that is available", at("concert", `update concert set status = 'AVAILABLE' where id = 4`), breaks("I-A11")},
		{"a closed concert that is available", at("concert", `update concert set status = 'AVAILABLE' where id = 2`), breaks("I-A11")},
		{"a concert that is closed by nobody", at("concert", `update concert set closed = 1, status = 'UNAVAILABLE' where id = 3`), breaks("I-A11")},
		{"a queue that knows better", at("queue", `update queue_concert set status = 'AVAILABLE' where id = 4`), breaks("I-A11")},
	}
}

func plantedSagas() []planting {
	swap := `update saga_history set entries = cast(replace(replace(replace(cast(entries as text),
		'"p":4,"c":"compensation"', '"p":9,"c":"compensation"'), '"p":3,"c":"compensation"', '"p":4,"c":"compensation"'), '"p":9,"c":"compensation"', '"p":3,"c":"compensation"') as blob)
		where num = (select num from saga_id where id = '{carl}')`
	return []planting{
		{"a start without a saga", at("orchestrator", `insert into payment_saga values ('s-nobody', 'mina', 1, 1)`), breaks("I-A3")},
		{"a saga without a start", at("orchestrator", `delete from payment_saga where id = '{bob}'`), breaks("I-A3")},
		{"undone in the order of execution", at("orchestrator", swap), breaks("I-A13")},
		{"a history that ends early", at("orchestrator", `delete from saga_history where num = (select num from saga_id where id = '{mina}') and seq > 1`), breaks("I-A13")},
		{"a history without its beginning", at("orchestrator", `delete from saga_history where num = (select num from saga_id where id = '{mina}') and seq = 1`), breaks("I-A13")},
		{"a row that says another end", at("orchestrator", `update saga_instance set status = 'compensated',
			data = cast(replace(cast(data as text), '"s":"completed"', '"s":"compensated"') as blob) where id = '{mina}'`), breaks("I-A4", "I-A12", "I-A13")},
		{"a completed saga whose reservation was given back", map[string]string{
			"reservation": `update reservation set status = 'RESERVATION_CANCELLED' where id = 1; update reservation_seat set holder = null, version = 3 where schedule = 1 and number = 1`,
		}, breaks("I-A2", "I-A4", "I-A7")},
		{"a completed saga whose token is active", at("queue", `update queue_token set status = 'ACTIVE' where completed_by = '{mina}/QUEUE'`), breaks("I-A4")},
		{"a saga that came to nothing and used up its token", at("queue", `update queue_token set status = 'COMPLETED', completed_by = '{carl}/QUEUE' where user = 'carl'`), breaks("I-A4")},
	}
}

func plantedLedgers() []planting {
	return []planting{
		{"a claim that two sagas have", at("reservation", `insert into saga_ledger select '{bob}/RESERVATION~2', operation, state, request, reply, null, null, null, decided_at, null
			from saga_ledger where key = '{mina}/CLAIM'`), breaks("I-A7")},
		{"claimed twice", at("reservation", `update saga_ledger set state = 'APPLIED', reverted_at = null where key = '{bob}/CLAIM'`), breaks("I-A4", "I-A6")},
		{"paid for without a claim", at("reservation", `delete from saga_ledger where key = '{mina}/CLAIM'`), breaks("I-A4", "I-A6")},
		{"reserved twice under one key", at("reservation", `update reservation set created = created + 1 where id = 1`), breaks("I-A6")},
		{"a claimed reservation that expired", at("reservation", `update reservation set status = 'RESERVATION_EXPIRED' where id = 1;
			update reservation_seat set holder = null where holder = 1`), breaks("I-A2", "I-A4", "I-A7", "I-A10")},
		{"sold after its time", at("reservation", `update reservation set expires_at = 1 where id = 1`), breaks("I-A10")},
		{"done after it was forbidden", at("user", `update saga_ledger set state = 'CANCELLED', request = null, reply = null where key = '{mina}/DEBIT'`), breaks("I-A4", "I-A7")},
		{"undone and still sold", at("concert", `update saga_ledger set state = 'REVERTED', reverted_at = decided_at where key = '{mina}/CONCERT'`), breaks("I-A4", "I-A7")},
		{"undone before it was done", at("user", `update saga_ledger set reverted_at = 1 where key = '{carl}/DEBIT'`), breaks("I-A7")},
		{"refused without a refusal", at("user", `update saga_ledger set refusal_code = null where key = '{bob}/DEBIT'`), breaks("I-A7")},
		{"an undo without a time", at("payment", `update saga_ledger set reverted_at = null where key = '{carl}/PAYMENT'`), breaks("I-A7")},
		{"a payment that was undone and stands", at("payment", `update saga_ledger set state = 'REVERTED', reverted_at = decided_at where key = '{mina}/PAYMENT'`), breaks("I-A4", "I-A7")},
		{"a key of another service", at("queue", `insert into saga_ledger select '{mina}/DEBIT', operation, state, request, reply, null, null, null, decided_at, null
			from saga_ledger where key = '{mina}/QUEUE'`), breaks("I-A7")},
		{"a key of a saga that nobody started", at("queue", `insert into saga_ledger (key, operation, state, decided_at) values ('s-other/QUEUE', 'queue', 'CANCELLED', 1)`), breaks("I-A7")},
		{"a decision that cannot be read", at("user", `update saga_ledger set request = '7' where key = '{mina}/DEBIT'`), breaks("I-A7")},
		{"a decision about another saga", at("user", `update saga_ledger set request = replace(request, '{mina}', '{bob}') where key = '{mina}/DEBIT'`), breaks("I-A7")},
	}
}

func plantedTurns() []planting {
	return []planting{
		{"more active than may be", at("queue", `with recursive n(i) as (select 1 union all select i + 1 from n where i < 51)
			insert into queue_token (token, user, concert, status, waiting_until, active_until, admitted_at)
			select 'more' || i, 'more' || i, 1, 'ACTIVE', 1, (select max(active_until) from queue_token), (select max(admitted_at) from queue_token) from n`), breaks("I-A8")},
		{"let in before those who came first", at("queue", `update queue_token set admitted_at = admitted_at + 3600000 where user = 'mina' and concert = 1`), breaks("I-A8", "I-A9")},
		{"passed over in the line", at("queue", `insert into queue_token (token, user, concert, status, waiting_until, active_until, admitted_at)
			select 'late', 'late', 3, 'ACTIVE', 1, max(active_until), max(admitted_at) from queue_token`), breaks("I-A8")},
		{"in the line twice", at("queue", `drop index queue_token_one_live; insert into queue_token (token, user, concert, status, waiting_until)
			select 'again', user, concert, 'WAITING', waiting_until from queue_token where user = 'eve'`), breaks("I-A8")},
		{"waiting and active", at("queue", `update queue_token set admitted_at = waiting_until where user = 'eve'`), breaks("I-A8")},
		{"waiting and not counted", at("queue", `delete from queue_block where level = 1`), breaks("I-A8")},
		{"counted and not waiting", at("queue", `update queue_block set waiting = 2`), breaks("I-A8")},
		{"reserved with a token that there is not", at("reservation", `update reservation set token = 'none' where id = 4`), breaks("I-A9")},
		{"reserved with somebody else's token", at("reservation", `update reservation set token = (select token from reservation where id = 1) where id = 4`), breaks("I-A9")},
		{"reserved before the turn had come", at("reservation", `update reservation set created = 1 where id = 4`), breaks("I-A9")},
		{"reserved when the turn was over", at("reservation", `update reservation set created = created + 3600000 where id = 4`), breaks("I-A9")},
		{"paid when the turn was over", at("orchestrator", `update payment_saga set started_at = started_at + 3600000 where id = '{bob}'`), breaks("I-A9")},
	}
}

func plantedMessages() []planting {
	return []planting{
		{"an end that nobody was told", at("user", `delete from notification where saga_id = '{mina}'`), breaks("I-A12")},
		{"an end that was told otherwise", at("user", `update notification set kind = 'FAILED' where saga_id = '{mina}'`), breaks("I-A12")},
		{"an end that was told with another amount", at("user", `update notification set amount = 1 where saga_id = '{carl}'`), breaks("I-A12")},
		{"an end that was told twice", at("user", `insert into notification (user, saga_id, kind, code, amount, at)
			select user, saga_id, 'FAILED', code, amount, at from notification where saga_id = '{mina}'`), breaks("I-A12")},
		{"an end of nothing", at("user", `insert into notification (user, saga_id, kind, code, amount, at) values ('mina', 's-none', 'COMPLETED', 'paid', 1, 1)`), breaks("I-A12")},
		{"a payment that waits for ever", at("payment", `update payment set status = 'PENDING' where id = 'P-{bob}';
			delete from payment_history where payment = 'P-{bob}' and number = 2`), breaks("I-A12")},
		{"a concert that the queue was not told", at("queue", `delete from queue_concert where id = 3`), breaks("I-A12")},
		{"a date that was not opened", at("reservation", `delete from reservation_seat where schedule = 3`), breaks("I-A12")},
		{"a date that is not shown", at("concert", `delete from concert_seat where schedule = 3 and number = 1`), breaks("I-A12")},
	}
}
