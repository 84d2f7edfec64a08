//go:build unix

package killtest_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// The moments of a durable write. Before is the last moment at which a kill must lose it, after the
// first at which a kill must not.
const (
	before = "before"
	after  = "after"
)

// The durable writes of the running shop, each a commit of its own. What the test does not have:
//
//   - define, the migrations and the seed data are written by a first start only, when nobody can
//     have ordered; TestKilledAtEachCommitOfTheFirstStart has those.
//   - the fence of the order's own insert: the engine asks for it only when an order turns back
//     while its insert is in doubt. Without a deadline an order turns back there only after a
//     refusal, and an insert is refused only after such a fence.
const (
	join          = "join"
	appendStart   = "append-start"
	appendOutcome = "append-outcome"
	appendBack    = "append-back" // the decision to turn back, or to end without an effect
	checkpoint    = "checkpoint"
	seal          = "seal"  // of a dead incarnation
	drain         = "drain" // recovery's checkpoint
	claim         = "claim"
	ownSeal       = "own-seal" // on an orderly way out
	ownDrain      = "own-drain"
	number        = "number"
	decrement     = "decrement"
	refusal       = "refusal" // of a decrement, recorded under its key
	fence         = "fence"   // of a key that nothing stands under
	restore       = "restore"
	insert        = "insert"
)

// writes lists the points of a campaign.
func writes() []string {
	return []string{
		join, appendStart, appendOutcome, appendBack, checkpoint, seal, drain, claim, ownSeal, ownDrain,
		number, decrement, refusal, fence, restore, insert,
	}
}

// anyCommit is a point at every commit before the engine has joined, for first starts.
const anyCommit = "commit"

// trap kills its own process at the n-th arrival at one moment of one write.
type trap struct {
	write, moment string
	left          atomic.Int64
	report        *os.File // lines for the parent; what is written survives the kill

	committed sync.Map     // key of a request to the write that it is about to commit
	storing   atomic.Int64 // the order whose insert was last about to commit
	joined    atomic.Bool  // the engine has
}

// setTrap reads "write:moment:n". An empty text is a trap that nothing springs.
func setTrap(text string, report *os.File) (*trap, error) {
	t := &trap{report: report}
	if text == "" {
		return t, nil
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s=%q is not write:moment:n", envKill, text)
	}
	n, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%s=%q: %w", envKill, text, err)
	}
	t.write, t.moment = parts[0], parts[1]
	t.left.Store(n)
	return t, nil
}

func (t *trap) armed(write, moment string) bool { return t.write == write && t.moment == moment }

// at is an arrival. It does not return from the one that springs the trap.
func (t *trap) at(write, moment string) {
	if !t.armed(write, moment) || t.left.Add(-1) != 0 {
		return
	}
	t.tell("hit " + write + " " + moment)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal arrives
}

func (t *trap) tell(line string) { _, _ = t.report.WriteString(line + "\n") }
