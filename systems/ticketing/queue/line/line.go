package line

import (
	"context"
	"errors"
	"time"
)

// Status is where a token stands.
type Status string

// The statuses of a token.
const (
	Waiting   Status = "WAITING"
	Active    Status = "ACTIVE"    // may reserve and pay; the write-up's PROCESSING
	Completed Status = "COMPLETED" // used up by a payment
	Expired   Status = "EXPIRED"   // its time is over, or its buyer left
	Cancelled Status = "CANCELLED" // taken away by an administrator
)

// What a call may find. Nothing was changed.
var (
	ErrUnknown   = errors.New("line: there is no such token; enter the line to get one")
	ErrTakenAway = errors.New("line: the token was taken away by an administrator; enter the line again")
	ErrForeign   = errors.New("line: the token belongs to another buyer or another concert; send the one of this buyer and concert")
	// ErrUnavailable says that the line cannot be reached now. Whether the call had its effect is not
	// known; repeat it.
	ErrUnavailable = errors.New("line: it cannot be reached now; try again in a moment")
)

// Place is where a token stood at a moment.
type Place struct {
	Token   string
	User    string
	Concert int64
	// Seq is the order of arrival: who came first has the smaller one. It is never given twice.
	Seq    int64
	Status Status
	// Position is 1 for the head of the line, and 0 for whoever does not wait.
	Position int64
	// WaitingUntil is when a waiting token ends unless it is looked at before.
	WaitingUntil time.Time
	// ActiveUntil is when an active token ends, or ended. Zero: it never was active.
	ActiveUntil time.Time
}

// Rule says how many are let in. The zero value lets nobody in.
type Rule struct {
	Limit int64 // how many may be active at once
	// Batch is how many are let in within Every. Who was let in at a time that is later than now by no more
	// than Every counts too: clocks differ. Default: as many as there is room for.
	Batch int64
	// Every is the time for a Batch. Zero: whenever there is room, so one goes in when one comes out.
	Every time.Duration
}

// Counts are how many there are.
type Counts struct {
	Waiting  int64
	Active   int64 // without those in Restored
	Restored int64 // active again because their payment was undone; they may go over the limit
	Admitted int64 // in the last minute
}

// Line is a waiting line. Its methods are safe for concurrent use, also by several processes on the same
// storage, and may be repeated: a repeat has no further effect. now is the caller's clock; it decides
// what is over, and never who comes first. An error that matches none of those above says that the
// storage failed, and leaves open what was done.
type Line interface {
	// Enter puts a new token of a user at the end of a concert's line. If the user has one there that
	// waits or is active, that is returned and kept alive, and the new one is none.
	Enter(ctx context.Context, token, user string, concert int64, now time.Time) (Place, error)
	// Look says where a token stands, and keeps one that waits from ending. The error matches ErrUnknown.
	Look(ctx context.Context, token string, now time.Time) (Place, error)
	// Admit ends what is over and lets in who is first, as far as there is room, at most 1,000 of each. It
	// returns whom this call let in, in their order.
	Admit(ctx context.Context, concert int64, rule Rule, now time.Time) ([]Place, error)
	// Complete uses a token up in the name of by, even if its time is over. One that somebody else has used
	// up stays theirs, and that is no error. The error matches ErrUnknown or ErrTakenAway.
	Complete(ctx context.Context, token, by string, now time.Time) (Place, error)
	// Restore makes a token active again if by used it up, until the time at which it would have ended;
	// if that is over, it is Expired. It does so even if there is no room. If its user is in the line with
	// another token, that ends if it waits, and this one is Expired if that is active. The error
	// matches ErrUnknown.
	Restore(ctx context.Context, token, by string, now time.Time) (Place, error)
	// End takes out a token that waits or is active; it becomes as: Cancelled or Expired. The error matches
	// ErrUnknown.
	End(ctx context.Context, token string, as Status, now time.Time) (Place, error)
	// Count counts a concert's tokens.
	Count(ctx context.Context, concert int64, now time.Time) (Counts, error)
}

const (
	// MaxEvery is the longest Rule.Every; a longer one counts as this.
	MaxEvery = time.Hour
	// atOnce is how many tokens one Admit lets in, and how many of each kind it ends.
	atOnce = 1000
	// lately is the time that Counts.Admitted is about.
	lately = time.Minute
)

// every is how long admissions count against the batch; 0: not at all.
func (r Rule) every() time.Duration {
	if r.Batch <= 0 {
		return 0
	}
	return min(max(r.Every, 0), MaxEvery)
}

// room is how many may be let in while live are in, and recent were let in within every.
func (r Rule) room(live, recent int64) int64 {
	room := r.Limit - live
	if r.every() > 0 {
		room = min(room, r.Batch-recent)
	}
	return min(max(room, 0), atOnce)
}
