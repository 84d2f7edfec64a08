package audit_test

import (
	"fmt"
	"slices"
)

type plant struct {
	name, orders, catalog string
	want                  []string
}

func in(invariants ...string) []string { return invariants }

func planted() []plant {
	return slices.Concat(plantedStock(), plantedLedger(), plantedOrders(), plantedColumns())
}

func plantedStock() []plant {
	return []plant{
		{"stock out of nothing", "", `update inventory set quantity = quantity + 1 where item = 'EST-1'`, in("I-B1")},
		{"stock lost", "", `update inventory set quantity = quantity - 1 where item = 'EST-2'`, in("I-B1")},
		{"stock below zero", "", `update inventory set quantity = -1 where item = 'EST-2'`, in("I-B1")},
		{"an item without stock", "", `delete from inventory where item = 'EST-2'`, in("I-B1")},
		{"given back twice", "", `update inventory set quantity = quantity + 6 where item = 'EST-1'`, in("I-B1")},
		{"given back and not recorded", `delete from saga_outbox where key = '1001'`,
			`update inventory set quantity = quantity + 3 where item = 'EST-1'`, in("I-B1", "I-B3")},
	}
}

func plantedLedger() []plant {
	return []plant{
		{"reverted before it was applied", "", `update saga_ledger set reverted_at = 69 where key = '1005/1/stock'`, in("I-B2")},
		{"reverted at no time", "", `update saga_ledger set reverted_at = null where key = '1005/1/stock'`, in("I-B2")},
		{"applied with a time of reverting", "", `update saga_ledger set reverted_at = 99 where key = '1000/1/stock'`, in("I-B2")},
		{"reverted and never applied", "", `update saga_ledger set reply = null where key = '1005/1/stock'`, in("I-B2")},
		{"decided at no time", "", `update saga_ledger set decided_at = 0 where key = '1004/1/stock'`, in("I-B2")},
		{"cancelled with a reply", "", `update saga_ledger set reply = '{"lines":[{"item":"EST-1","quantity":1}]}' where key = '1004/1/stock'`, in("I-B2")},
		{"refused without a reason", "", `update saga_ledger set refusal_code = null where key = '1002/1/stock'`, in("I-B2")},
		{"applied with a refusal", "", `update saga_ledger set refusal_code = 'out-of-stock' where key = '1000/1/stock'`, in("I-B2")},
		{"other goods than asked for", "", `update saga_ledger set request = '{"lines":[{"item":"EST-2","quantity":5}]}' where key = '1003/1/stock'`, in("I-B2")},
		{"a quantity of nothing", "", `update saga_ledger set request = '{"lines":[{"item":"EST-1","quantity":0}]}',
			reply = '{"lines":[{"item":"EST-1","quantity":0}]}' where key = '1005/1/stock'`, in("I-B2")},
		{"nothing at all taken", "", `update saga_ledger set request = '{"lines":[]}', reply = '{"lines":[]}' where key = '1005/1/stock'`, in("I-B2")},
		{"a price below zero", "", `update saga_ledger set reply = '{"lines":[{"item":"EST-1","quantity":6,"unitPrice":-1}]}'
			where key = '1005/1/stock'`, in("I-B2")},
		{"a reply with a price that is none", "", `update saga_ledger set reply = '{"lines":[{"item":"EST-1","quantity":6,"unitPrice":"free"}]}'
			where key = '1005/1/stock'`, in("I-B2")},
		{"a reply that is no JSON", "", `update saga_ledger set reply = 'lines' where key = '1005/1/stock'`, in("I-B2")},
		{"a request that is no JSON", "", `update saga_ledger set request = 'lines' where key = '1002/1/stock'`, in("I-B2")},
	}
}

func plantedOrders() []plant {
	return []plant{
		{"a success that is not stored", `delete from orders where id = 1000; delete from orderstatus where order_id = 1000;
			delete from lineitem where order_id = 1000`, "", in("I-B3")},
		{"a success that was refused and is not stored", `update order_retry_status set status = 'Success' where order_id = 1002`, "", in("I-B3")},
		{"a success without stock", "", `update saga_ledger set state = 'REVERTED', reverted_at = 99 where key = '1000/1/stock';
			update inventory set quantity = quantity + 2 where item = 'EST-1'; update inventory set quantity = quantity + 1 where item = 'EST-2'`,
			in("I-B1", "I-B3")},
		{"a success that never asked for stock", "", `delete from saga_ledger where key = '1000/1/stock'`, in("I-B3")},
		{"stock taken twice for one order", "", fmt.Sprintf(takenTwice, "1000/1/stock~1"), in("I-B1", "I-B3")},
		{"an older attempt holds stock too", `delete from saga_outbox where key = '1001'`, "", in("I-B3")},
		{"a wrong total", `update orders set total = total + 1 where id = 1000`, "", in("I-B3")},
		{"a wrong price", `update lineitem set unit_price = 1 where order_id = 1001; update orders set total = 3 where id = 1001`, "", in("I-B3")},
		{"a line too few", `delete from lineitem where order_id = 1000 and line_number = 2; update orders set total = 3300 where id = 1000`,
			"", in("I-B1", "I-B3")},
		{"other goods than ordered", `update order_retry_status set lines = '[{"item":"EST-1","quantity":4}]' where order_id = 1001`, "", in("I-B3")},
		{"no orderstatus", `delete from orderstatus where order_id = 1001`, "", in("I-B3")},
		{"rows and no status", `delete from order_retry_status where order_id = 1000`, "", in("I-B3", "I-B6")},
		{"a success that went on", `update order_retry_status set attempt = 3 where order_id = 1001`, "", in("I-B4")},
		{"stored by another order's attempt", `update orders set instance = '1005/1' where id = 1000`, "", in("I-B1", "I-B3", "I-B4")},
		{"an unknown order that is stored", `update order_retry_status set status = 'Unknown' where order_id = 1000`, "", in("I-B5")},
		{"a failure with a line", `insert into lineitem values (1005, 1, 'EST-1', 6, 1650)`, "", in("I-B5")},
		{"a failure with an orderstatus", `insert into orderstatus values (1002, 'P', '')`, "", in("I-B5")},
		{"an order under way with a line", `insert into lineitem values (1004, 1, 'EST-2', 5, 1650)`, "", in("I-B5")},
		{"a compensation that was lost", `delete from saga_outbox where key = '1006'`, "", in("I-B5")},
		{"an attempt before one that is unknown", `update order_retry_status set attempt = 2 where order_id = 1003`, "", in("I-B5")},
		{"a failure that kept its stock", `update order_retry_status set status = 'Fail' where order_id = 1003`, "", in("I-B5")},
		{"a compensation of a success", fmt.Sprintf(messageFor, `{"key":"1000/1/stock"}`), "", in("I-B5")},
		{"a compensation of an attempt to come", fmt.Sprintf(messageFor, `{"key":"1005/2/stock"}`), "", in("I-B5")},
		{"a compensation that names no key", fmt.Sprintf(messageFor, `{"orderId":1005}`), "", in("I-B5")},
		{"a compensation that is no JSON", fmt.Sprintf(messageFor, `1005`), "", in("I-B5")},
	}
}

func plantedColumns() []plant {
	return []plant{
		{"a status that is none", `update order_retry_status set status = 'Done' where order_id = 1002`, "", in("I-B6")},
		{"an attempt before the first", `update order_retry_status set attempt = 0 where order_id = 1004`,
			`delete from saga_ledger where key = '1004/1/stock'`, in("I-B6")},
		{"lines that are no JSON", `update order_retry_status set lines = 'EST-1' where order_id = 1000`, "", in("I-B6")},
		{"stored by a fenced attempt", `insert into order_fence values ('1000/1', '')`, "", in("I-B6")},
		{"a key of nobody", "", fmt.Sprintf(takenTwice, "whose"), in("I-B6")},
		{"a key of another step", "", fmt.Sprintf(takenTwice, "1000/1/insert"), in("I-B6")},
		{"a key with a number written otherwise", "", fmt.Sprintf(takenTwice, "01000/1/stock"), in("I-B6")},
		{"a key of a number never given out", "", fmt.Sprintf(takenTwice, "1999/1/stock"), in("I-B6")},
		{"a key of a number not used", "", fmt.Sprintf(takenTwice, "1007/1/stock"), in("I-B6")},
		{"a key of an attempt to come", "", fmt.Sprintf(takenTwice, "1005/2/stock"), in("I-B6")},
		{"no sequence", `delete from sequence`, "", in("I-B7")},
		{"a sequence that went back", `update sequence set next_id = 1007`, "", in("I-B7")},
		{"an order under no number", `delete from order_number where id = 1002`, "", in("I-B6", "I-B7")},
		{"a number given out twice", `drop table order_number; create table order_number (id, owner, issued_at);
			insert into order_number (id) select value from json_each('[1000,1001,1002,1003,1004,1005,1006,1006]')`, "", in("I-B7")},
	}
}
