package audit_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

func TestWhereAnOrderStands(t *testing.T) {
	t.Parallel()
	f, books := sound(t)
	exec(t, f.catalog, `insert into saga_ledger (key, operation, state, refusal_code, decided_at) values
		('10000/1/stock', 'stock/decrement', 'CANCELLED', null, 1), ('100/1/stock', 'stock/decrement', 'CANCELLED', null, 1),
		('1006/10/stock', 'stock/decrement', 'CANCELLED', null, 1), ('1006/2/stock', 'stock/decrement', 'REFUSED', 'out-of-stock', 1)`)
	three := []audit.Line{{Item: "EST-1", Quantity: 3, UnitPrice: 1650}}
	seven := []audit.Line{{Item: "EST-1", Quantity: 7, UnitPrice: 1650}}
	for _, want := range []audit.Truth{
		{Order: 1000, Status: "Success", Attempt: 1, Item: "EST-2", Stock: 9995, Orders: 1, OrderStatuses: 1, LineItems: 2, Total: 4950,
			Ledger: []audit.Entry{{Key: "1000/1/stock", State: "APPLIED", Lines: []audit.Line{
				{Item: "EST-1", Quantity: 2, UnitPrice: 1650}, {Item: "EST-2", Quantity: 1, UnitPrice: 1650},
			}}}},
		{Order: 1001, Status: "Success", Attempt: 2, Item: "EST-1", Stock: 9985, Orders: 1, OrderStatuses: 1, LineItems: 1, Total: 4950, Waiting: 1,
			Ledger: []audit.Entry{{Key: "1001/1/stock", State: "APPLIED", Lines: three}, {Key: "1001/2/stock", State: "APPLIED", Lines: three}}},
		{Order: 1002, Status: "Fail", Attempt: 1, Item: "EST-1", Stock: 9985,
			Ledger: []audit.Entry{{Key: "1002/1/stock", State: "REFUSED", Lines: []audit.Line{{Item: "EST-2", Quantity: 99999}}}}},
		{Order: 1006, Status: "Fail", Attempt: 2, Item: "EST-1", Stock: 9985, Dead: 1, Ledger: []audit.Entry{
			{Key: "1006/1/stock", State: "APPLIED", Lines: seven}, {Key: "1006/2/stock", State: "REFUSED"}, {Key: "1006/10/stock", State: "CANCELLED"},
		}},
		{Order: 1007, Item: "EST-1", Stock: 9985},
		{Order: 4711, Item: "EST-99"},
	} {
		got, err := books.Order(t.Context(), want.Order, want.Item)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("order %d: got %+v, %v; want %+v", want.Order, got, err, want)
		}
	}
}

func TestTruthIsReadByMachines(t *testing.T) {
	t.Parallel()
	_, books := sound(t)
	truth, err := books.Order(t.Context(), 1003, "EST-2")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(truth)
	want := `{"order":1003,"status":"Unknown","attempt":1,"item":"EST-2","stock":9995,"orders":0,"orderStatuses":0,"lineItems":0,"total":0,` +
		`"ledger":[{"key":"1003/1/stock","state":"APPLIED","lines":[{"item":"EST-2","quantity":4,"unitPrice":1650}]}],"waiting":0,"dead":0}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
