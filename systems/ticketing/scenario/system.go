package scenario

import (
	"context"
	"net/http"

	"github.com/seosa-dev/saga/systems/fault"
)

// System is a running ticketing system that rows are played on, one at a time. Its members are required and
// not changed later.
type System struct {
	URL      string // the platform's door
	Control  string // the address of the faults, the clock and the outboxes
	Sagas    string // the orchestrator's file, from which histories are read and where a person intervenes
	HTTP     *http.Client
	Admin    string // an administrator's name
	Password string // and password
	// Restart kills the system's process, if it lives, and returns when another one serves the same files at
	// the same addresses.
	Restart func(ctx context.Context) error
	// Died waits until the system's process has ended.
	Died func(ctx context.Context) error
}

// The paths of a system's control address beside those of [fault.Faults.Handler].
const (
	ClockPath   = "/clock"   // PUT an [Ahead]: how far the services' clock is ahead
	WaitingPath = "/waiting" // GET a [Waiting]
)

// Ahead is the body of PUT /clock.
type Ahead struct {
	Milliseconds int64 `json:"milliseconds"`
}

// Waiting is the answer of GET /waiting.
type Waiting struct {
	Messages int `json:"messages"` // that are not delivered yet, by all services; dead letters are not counted
}

func (s *System) faults() fault.Remote { return fault.Remote{URL: s.Control, HTTP: s.HTTP} }
