package load

import "context"

// Contestant is one way to run sagas.
type Contestant struct {
	Name string
	// Only names the workloads that it can run. Default: all.
	Only []string
	// Open makes what it needs at a fresh address and readies it for sagas of the case.
	Open func(ctx context.Context, c Case) (Runner, error)
	// Read says what is at an address when its runner was closed. Nil: it keeps nothing, and only
	// the calls are checked.
	Read func(ctx context.Context, c Case, ids []string) (Found, error)
	// Preload puts n completed sagas with ids of their own at a fresh address, before Open. Nil: it
	// cannot.
	Preload func(ctx context.Context, c Case, n int) error
}

// Case is what a contestant gets to do.
type Case struct {
	Address     string // where to keep data: a file or a database URL
	Workload    Workload
	Callers     int // sagas that will be under way at once
	Participant Participant
}

// Runner runs sagas at one address. Saga may be called from several goroutines at once; Close comes
// after the last of them.
type Runner interface {
	// Saga runs one saga, and returns when its end is known and durable.
	Saga(ctx context.Context, id string) error
	// Close writes what is still in memory and lets go of the address.
	Close() error
}

// Helper is what a [Runner] can be in addition if processes of its own work for it.
type Helper interface {
	// CPU is the processor time, in seconds, that they have used so far.
	CPU() float64
}

// Found is what is at an address after a case.
type Found struct {
	Counts  map[string]int // by status, of everything that is there
	Records []Record       // of the sagas that were started
}

// Record is one saga.
type Record struct {
	ID, Status string
	Effects    int // steps in effect at its end
	State      []byte
}
