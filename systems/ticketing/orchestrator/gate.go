package orchestrator

import (
	"context"
	"errors"
)

// errGate marks that the gate could not say whose a token is.
var errGate = errors.New("orchestrator: the queue does not say whose turn it is")

// Gate knows the tokens of the queue.
type Gate interface {
	// Check returns whose a token is. An error that is a problem of package web (there is no such token) is told
	// to the buyer as it is; any other one says that the queue cannot be asked now, and the buyer is to
	// repeat. It is called for several buyers at once.
	Check(ctx context.Context, token string) (Pass, error)
}

// Pass is what a token says.
type Pass struct {
	UserID    string
	ConcertID int64
	Active    bool // it may hold and pay now
}
