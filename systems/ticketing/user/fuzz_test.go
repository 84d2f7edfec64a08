package user_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// Whatever comes as a charge, it is made as its answer says, once however often it comes, or refused, and
// then nothing has changed.
func FuzzCharge(f *testing.F) {
	f.Add(`{"amount":1000}`, "k")
	f.Add(`{"amount":1000000}`, "6f9619ff-8b86-d011")
	f.Add(`{"amount":-1}`, "k k")
	f.Add(`{"amount":1e3}`, "")
	f.Add(`{"Amount":1,"amount":2}`, "\x00")
	f.Add(`[]`, "é")
	opened := open(f, nil)
	calls := 0
	f.Fuzz(func(t *testing.T, body, key string) {
		calls++
		d := &desk{t: t, handler: user.NewController(opened.service)}
		mina := d.user(fmt.Sprint("mina", calls), 0) // whose keys are new
		first := d.send(mina, "POST", "/balance/charges", body, "Idempotency-Key", key)
		again := d.send(mina, "POST", "/balance/charges", body, "Idempotency-Key", key)
		var made user.Entry
		switch {
		case first.status == http.StatusCreated:
			first.into(t, &made)
		case first.status < 400 || first.status >= 500:
			t.Fatalf("%q under %q got %d %s", body, key, first.status, first.text)
		}
		if again.status != first.status || made.ID != 0 && again.text != first.text {
			t.Errorf("%q under %q got %d %s, and then %d %s", body, key, first.status, first.text, again.status, again.text)
		}
		var asked user.Amount
		if err := json.Unmarshal([]byte(body), &asked); made.ID != 0 && (err != nil || asked.Amount != made.Amount) {
			t.Errorf("%q charged %d", body, made.Amount)
		}
		if got := d.statement(mina, ""); got.Amount != made.Amount || made.Amount < 0 || made.Amount > user.MaxCharge {
			t.Errorf("%q under %q left %d and said %+v", body, key, got.Amount, made)
		}
	})
}
