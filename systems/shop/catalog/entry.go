package catalog

import "slices"

// State is what the ledger knows of a key.
type State string

const (
	// None: nothing is recorded; nothing was done under the key so far.
	None State = "NONE"
	// Applied: the stock was taken and stands.
	Applied State = "APPLIED"
	// Reverted: the stock was taken and given back. It is not taken again.
	Reverted State = "REVERTED"
	// Refused: the service said no, and says so for ever under this key.
	Refused State = "REFUSED"
	// Cancelled: a fence or a restore came before any decrement, which is refused from then on.
	Cancelled State = "CANCELLED"
)

// Code says why a decrement was refused. It is the last part of the problem's type.
type Code string

const (
	OutOfStock  Code = "out-of-stock" // a line asks for more than is left
	UnknownItem Code = "unknown-item" // a line names an item that does not exist
)

// Refusal is a recorded "no".
type Refusal struct {
	Code   Code   `json:"code"`
	Item   string `json:"item"`
	Detail string `json:"detail"` // what was wrong and what to do next, for people
}

// Entry is what the ledger knows of a key: the answer to each of the four calls.
type Entry struct {
	Key      string       `json:"key"`
	State    State        `json:"state"`
	Currency string       `json:"currency,omitempty"`
	Lines    []PricedLine `json:"lines,omitempty"`   // in order of item id, each item once
	Refusal  *Refusal     `json:"refusal,omitempty"` // only if Refused
}

// asked reports whether these are the lines that the entry was decided for.
func (e Entry) asked(lines []Line) bool {
	return slices.EqualFunc(e.Lines, lines, func(p PricedLine, l Line) bool { return p.Line == l })
}
