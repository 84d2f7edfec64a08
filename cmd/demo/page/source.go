package page

import (
	"context"
	"errors"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// ErrBusy is matched by the error of a Source that does not play a row because another one plays.
// The page answers 409 and says which.
var ErrBusy = errors.New("page: another row plays; wait until it has ended")

// Source is what the page shows and moves. Its methods are called by many requests at once. What
// [Source.Orders] and [Source.Armed] cannot read is said on the page and does not hide the rest: a
// row that kills the shop is watched while the shop is away.
type Source interface {
	// Orders returns the newest orders, newest first, at most 30.
	Orders(ctx context.Context) ([]Order, error)

	// Results returns what is known of the rows by their ids. A row that was never played is absent.
	Results(ctx context.Context) map[string]Result

	// Play starts a row and returns at once. The error matches [ErrBusy] while another one plays.
	// Whoever asked may be gone before the row has ended, so ctx bounds the start only.
	Play(ctx context.Context, rowID string) error

	// Armed returns the faults that wait.
	Armed(ctx context.Context) ([]fault.Fault, error)

	// Switch turns one switch: on arms the fault until it is cleared, off takes it back. The fault
	// is one of the page's switches, with Times -1. Switching on what is on changes nothing, and
	// neither does switching off what is off. The error matches [ErrBusy] while a row plays, if
	// the Source refuses that.
	Switch(ctx context.Context, f fault.Fault, on bool) error

	// Clear turns everything off, what a row armed included, and lets delayed calls arrive.
	Clear(ctx context.Context) error
}

// Order is an order as the page shows it.
type Order struct {
	ID           int64     // its number
	Owner        string    // who ordered
	Status       string    // OrderRetryStatus: Success, Fail, Unprocessed or Unknown
	Attempt      int       // how often it was submitted; 0: not yet
	Lines        []Line    // what is ordered
	Total        int64     // US cents; 0: not priced yet
	Since        time.Time // when it got this status
	Compensating bool      // the order failed, and its compensation has not arrived yet
	Transaction  string    // address of its transaction's page, such as "/transactions/1000%2F1"; "": none yet
	Events       []Event   // what the engine recorded, in order
	// Explained is the engine's sentence about a transaction that needs a person, by language: "en"
	// and "ko". Empty: none does.
	Explained map[string]string
}

// Line is one line of an order.
type Line struct {
	Item     string // "EST-1"
	Quantity int64
}

// Event is one entry of the engine's history. One without a Call says where the transaction stood
// from then on.
type Event struct {
	Kind    string // of entry, such as answered; recovered means that another node took over
	At      time.Time
	Step    string // the step's name; "": about the transaction as a whole
	Call    string // action, probe, fence or compensation; "": none
	Outcome string // succeeded, refused, not done or unknown; "": none
	Status  string // the transaction's status after it, such as running or completed
	Took    time.Duration
	By      string // the person who intervened; "": none did
}

// Result is what came of playing a row.
type Result struct {
	Playing bool          // it is under way; the other fields are of no meaning then
	Passed  bool          // it ended as it must
	Got     scenario.End  // how it ended
	Order   int64         // the order that it placed; 0: none
	Took    time.Duration // without its precondition's clean-up
	Err     string        // why it did not come to an end; "": it did
	At      time.Time     // when it ended
}
