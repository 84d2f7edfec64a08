package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// Reopener is what a store can implement in addition so that durability is tested as well. Reopen
// returns a store over what a crash of the process would have left at this moment. The old handle
// is abandoned; it is neither used nor closed by the suite.
type Reopener interface {
	Reopen(t testing.TB) saga.Store
}

// Failure is a check that a store did not pass.
type Failure struct {
	Check string // the subtest's name, such as "Append/after-a-seal"
	Text  string // what it said, one line for each message
}

// TestStore runs every check as a parallel subtest of t. Open returns an empty store each time it is
// called and cleans up by t.Cleanup; it is called from several goroutines at once.
func TestStore(t *testing.T, open func(t testing.TB) saga.Store) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newEnv(t, open))
		})
	}
}

// Check runs every check, one after the other, and returns those that failed, without failing t. It
// is how a suite is tested: plant a mistake in a store and look whether it is found.
func Check(t testing.TB, open func(t testing.TB) saga.Store) []Failure {
	var failures []Failure
	for _, c := range checks() {
		r := &recorder{TB: t}
		r.run(func() { c.run(newEnv(r, open)) })
		if r.failed {
			failures = append(failures, Failure{Check: c.name, Text: r.text.String()})
		}
	}
	return failures
}

// check is one behaviour.
type check struct {
	name string
	run  func(e *env)
}

// checks lists all behaviours, in the order in which the contract states them.
func checks() []check {
	var all []check
	for _, part := range [][]check{
		joinChecks(), appendChecks(), startChecks(), repeatChecks(), sealChecks(), tailChecks(),
		checkpointChecks(), guardChecks(), drainChecks(),
		claimChecks(), ownerChecks(), commandChecks(), pageChecks(), answerChecks(), sentChecks(), keyChecks(), defineChecks(), nodeChecks(), transactionChecks(),
		findChecks(), filterChecks(), historyChecks(), contentChecks(), durableChecks(),
	} {
		all = append(all, part...)
	}
	return all
}

// env is what a check works with: a test, an empty store, and a context that ends the check if the
// store hangs.
type env struct {
	testing.TB
	store   saga.Store
	ctx     context.Context
	writers int // nodes that rows has used
}

func newEnv(t testing.TB, open func(t testing.TB) saga.Store) *env {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return &env{TB: t, store: open(t), ctx: ctx}
}
