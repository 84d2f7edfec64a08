package orchestrator

import "context"

// Gate knows the tokens of the queue.
type Gate interface {
	// Check returns whose a token is. The error is told to the buyer.
	Check(ctx context.Context, token string) (Pass, error)
}

// Pass is what a token says.
type Pass struct {
	UserID    string
	ConcertID int64
	Active    bool // it may hold and pay now
}
