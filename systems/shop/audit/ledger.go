package audit

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/seosa-dev/saga/participant"
)

// decision is a row of the catalog's ledger.
type decision struct {
	Entry
	place
	asked             []Line
	decided, reverted sql.NullInt64 // microseconds since 1970
	refused           bool          // the row has a refusal
	fault             string        // why the row cannot be read
	late              bool          // its attempt began after the orders were read
}

// What the catalog decides about stock, whatever else its ledger may hold.
const ledgerSQL = `select key, state, request, reply, refusal_code is not null, decided_at, reverted_at
	from saga_ledger where operation = 'stock/decrement' and key >= ?1 and (?2 = '' or key < ?2)`

// readLedger reads the decisions under keys from one key on and below another, by order and attempt.
func readLedger(ctx context.Context, q querier, from, below string) ([]*decision, error) {
	var all []*decision
	err := each(ctx, q, func(scan func(...any) error) error {
		var d decision
		var request, reply sql.NullString
		err := scan(&d.Key, &d.State, &request, &reply, &d.refused, &d.decided, &d.reverted)
		d.place = placeOf(d.Key)
		d.read(request, reply)
		all = append(all, &d)
		return err
	}, ledgerSQL, from, below)
	slices.SortFunc(all, func(a, b *decision) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.attempt, b.attempt), strings.Compare(a.Key, b.Key))
	})
	return all, err
}

// read takes over the lines. What was taken stands in the reply alone.
func (d *decision) read(request, reply sql.NullString) {
	var asked, taken struct{ Lines []Line }
	if request.Valid && json.Unmarshal([]byte(request.String), &asked) != nil {
		d.fault = "its request cannot be read"
	}
	if reply.Valid && json.Unmarshal([]byte(reply.String), &taken) != nil {
		d.fault = "its reply cannot be read"
	}
	d.asked, d.Lines = asked.Lines, taken.Lines
	if d.State == participant.Refused {
		d.Lines = asked.Lines
	}
}

// ledger holds I-B2: what stands under a key is a state that a key can come to. That no key has two
// states, and that Cancelled excludes Applied, is the table's primary key.
func (c *check) ledger() {
	for _, d := range c.stock.ledger {
		if wrong := d.wrong(); wrong != "" {
			c.find("I-B2", "the ledger has %s under %s, and %s", d.State, d.Key, wrong)
		}
	}
}

// wrong says what does not fit the state.
func (d *decision) wrong() string {
	took := d.State == participant.Applied || d.State == participant.Reverted
	switch {
	case d.fault != "":
		return d.fault
	case !d.decided.Valid || d.decided.Int64 <= 0:
		return "nothing says when it was decided"
	case d.reverted.Valid != (d.State == participant.Reverted):
		return "the time of reverting does not fit"
	case d.reverted.Valid && d.reverted.Int64 < d.decided.Int64:
		return "it was reverted before it was applied"
	case d.refused != (d.State == participant.Refused):
		return "the refusal does not fit"
	case took && (len(d.Lines) == 0 || !sameGoods(d.asked, d.Lines)):
		return "what was taken is not what was asked for"
	case !took && d.State != participant.Refused && len(d.asked)+len(d.Lines) > 0:
		return "nothing was decided about any goods"
	case took && slices.ContainsFunc(d.Lines, func(l Line) bool { return l.Quantity < 1 || l.UnitPrice < 0 }):
		return "a line has a quantity below 1 or a price below 0"
	}
	return ""
}
