package load

import (
	"context"
	"math"
	"time"
)

// Venue is a database that cases are run on, one after the other.
type Venue interface {
	// Fresh makes a place that nobody has used.
	Fresh(ctx context.Context) (address string, err error)
	// Settle brings the database to the state in which every case begins.
	Settle(ctx context.Context) error
	// Usage is what the database has used since it was started.
	Usage(ctx context.Context) (Usage, error)
	// Drop removes a place with all that is in it.
	Drop(ctx context.Context, address string) error
	// Facts describe the database, for the results.
	Facts(ctx context.Context) ([]string, error)
	// Close ends the use of the database.
	Close() error
}

// Usage are figures that grow. A figure that the venue does not know is not a number.
type Usage struct {
	CPU          float64 // seconds of the database's own processes
	WAL          float64 // bytes
	Transactions float64 // that wrote
}

// Unknown is a usage of which nothing is known.
func Unknown() Usage { return Usage{math.NaN(), math.NaN(), math.NaN()} }

// since is what was used after before, for each of n sagas.
func (u Usage) since(before Usage, n int) Usage {
	d := float64(max(n, 1))
	return Usage{(u.CPU - before.CPU) / d, (u.WAL - before.WAL) / d, (u.Transactions - before.Transactions) / d}
}

// Result is one case in one round.
type Result struct {
	Round      int
	Workload   Workload
	Callers    int
	Contestant string
	Sagas      int
	Rate       float64 // sagas per second
	P50, P99   time.Duration
	Client     float64 // seconds of processor time of this process and the contestant's helpers per saga
	Database   Usage   // per saga
}

// cpu is the processor time per saga of all but the participants.
func (r Result) cpu() float64 { return r.Client + r.Database.CPU }
