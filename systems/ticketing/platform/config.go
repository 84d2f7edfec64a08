package platform

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// Config tells [Open] where things are and how long they take. Folder is required.
type Config struct {
	// Admin is an account that administers; it is made if it is not there. Default: none.
	Admin user.Admin
	// AdmitEvery is how often the queue lets buyers in. Default: 1 s.
	AdmitEvery time.Duration
	// Around is put between the bus and a service: place is the way, "PaymentCompleted>reservation".
	// Default: nothing.
	Around func(place string, next message.Publisher) message.Publisher
	// Asking is put between the queue and the two services that ask it whose a token is: it is called for each
	// question and asks next, or does not. Default: nothing.
	Asking func(ctx context.Context, token string, next Check) (access.Pass, error)
	// Budget and Expect are the orchestrator's. Default: 30 s and 5 s.
	Budget, Expect time.Duration
	// Delivery bounds the delivery of one message. What was on its way when the process was killed comes
	// again after twice this time. Default: 10 s.
	Delivery time.Duration
	// Engine tunes the engine. Default: the engine's defaults.
	Engine *saga.Config
	// Folder is where the files are; it must exist.
	Folder string
	// HoldFor is how long a seat is held. Default: 5 min.
	HoldFor time.Duration
	// Iterations is how often a password's hash is iterated. Default: the user service's.
	Iterations int
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now is the clock of the services, but not of the engine. Default: time.Now.
	Now func() time.Time
	// Patience is the longest wait of a relay before it tries again. Default: 1 min.
	Patience time.Duration
	// Redis is the address of the Redis that serves the line. Default: none; the line is in queue.db.
	Redis string
	// Rule says how many buyers are let in. Default: at most 50 for a concert, one in for one out.
	Rule queue.Rule
	// Secure makes the session's cookie travel over https only.
	Secure bool
	// Seed fills an empty system with three concerts.
	Seed bool
	// SweepEvery is how often holds that are over are looked for. Default: 2 s.
	SweepEvery time.Duration
	// Wait is how long POST /payments waits for an end. Default: 2 s.
	Wait time.Duration
}

// relay never gives a message up for the number of its attempts: what a service cannot take now, it takes
// later.
func (c Config) relay() *message.RelayConfig {
	return &message.RelayConfig{Logger: c.Logger, Max: c.Patience, MaxAttempts: math.MaxInt, Timeout: c.Delivery}
}
