package scenario

import (
	"fmt"
	"strings"

	"github.com/seosa-dev/saga/systems/fault"
)

// The places at which the shop can go wrong, by the names that the wiring gives them.
const (
	Decrement    = "decrement"    // order service → catalog: take the goods
	Check        = "check"        // order service → catalog: were they taken? If not, never
	Compensation = "compensation" // order service → catalog, by message: give them back
	Insert       = "insert"       // order service → its own database: store the order
)

// Row is one row of the table.
type Row struct {
	ID      string // "B-S7c"
	English string // what happens, in a few words
	Korean  string // the same
	Before  []Step // how the precondition comes about; not measured
	Steps   []Step // what happens
	Want    End
}

// Step is one thing that happens. Exactly one field is set.
type Step struct {
	Arm     *fault.Fault // from now on this goes wrong
	Disarm  *fault.Fault // from now on this does not go wrong any more
	Order   Amount       // the shopper sends the order and waits for the answer
	Send    Amount       // the shopper sends the order and does not wait yet
	Others  Amount       // another shopper buys of the same item, until it is answered
	Struck  string       // wait until a fault strikes at this place
	Answer  bool         // wait for the answer to what was sent
	Heal    bool         // nothing goes wrong any more, and what was delayed arrives
	Drain   bool         // wait until no message is on its way
	Restart bool         // kill -9 of the whole shop, then a new one on the same files
	Look    bool         // is it known to have failed while a message is still on its way?
	Wait    string       // wait until OrderRetryStatus is this
}

// Amount is how much is ordered.
type Amount string

const (
	Some    Amount = "some"     // three
	One     Amount = "one"      // one
	All     Amount = "all"      // what there is
	TooMuch Amount = "too much" // one more than there is
)

// End is how a row must end, or did.
type End struct {
	Calls   []string `json:"calls"`             // "decrement OK"
	Status  string   `json:"status"`            // OrderRetryStatus
	Stock   Change   `json:"stock"`             // what the order did to the stock
	Rows    int      `json:"rows"`              // stored orders
	Answers []int    `json:"answers"`           // HTTP; 0 is a connection that broke
	Same    bool     `json:"same,omitempty"`    // several answers were 201, all with the same body
	Pending bool     `json:"pending,omitempty"` // it was known to have failed while the compensation waited
}

// Change is what an order did to the stock.
type Change string

const (
	Untouched Change = "s"   // as before
	Taken     Change = "s−q" // less by the quantity ordered, once
)

// String puts an end into one line.
func (e End) String() string {
	answers := make([]string, len(e.Answers))
	for i, a := range e.Answers {
		answers[i] = fmt.Sprint(a)
		if a == 0 {
			answers[i] = "cut off"
		}
	}
	calls := strings.Join(e.Calls, ", ")
	if calls == "" {
		calls = "no call"
	}
	text := fmt.Sprintf("%s · %s · stock %s · rows %d · %s", calls, e.Status, e.Stock, e.Rows, strings.Join(answers, " "))
	if e.Same {
		text += " same body"
	}
	if e.Pending {
		text += " · compensation pending"
	}
	return text
}

// Equal reports whether two ends are the same.
func (e End) Equal(other End) bool { return e.String() == other.String() }

// Names lists the ids of all rows, for people.
func Names() string {
	var names []string
	for _, row := range Rows() {
		names = append(names, row.ID)
	}
	return strings.Join(names, ", ")
}

// Find returns rows by their ids, in the order of the table; all of them if there are no ids. The
// error names the ids that there are.
func Find(ids ...string) ([]Row, error) {
	all := Rows()
	if len(ids) == 0 {
		return all, nil
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[strings.ToLower(strings.TrimPrefix(strings.ToUpper(id), "B-"))] = true
	}
	var found []Row
	for _, row := range all {
		key := strings.ToLower(strings.TrimPrefix(row.ID, "B-"))
		if wanted[key] {
			found = append(found, row)
			delete(wanted, key)
		}
	}
	for _, id := range ids {
		if wanted[strings.ToLower(strings.TrimPrefix(strings.ToUpper(id), "B-"))] {
			return nil, fmt.Errorf("there is no row %q; the rows are %s", id, Names())
		}
	}
	return found, nil
}
