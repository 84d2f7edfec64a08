//go:build unix

package killtest_test

import (
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
)

// fate is what is to happen to a life.
type fate struct {
	Folder, Address string
	Redis           string        // where the line is; empty: in queue.db
	Kill            string        // the trap, "place:moment:n"; empty: none
	Seed            uint64        // of the faults that happen by chance; 0: none
	Armed           []fault.Fault // at ways of messages
	Off             string        // a service that nothing reaches for OffFor
	OffFor          time.Duration
}

// The faults that happen by chance on every way of a message to a service.
const (
	chance   = 0.04
	heldBack = 150 * time.Millisecond
)

// network is what lies between the services, and the trap in their databases. Those are two sets of faults,
// because chance has a hand in one of them only.
type network struct {
	ways   []string
	chance *fault.Faults
	trap   *fault.Faults
}

func newNetwork(f fate) (*network, error) {
	report := &fault.Config{Logger: slog.New(slog.NewJSONHandler(os.NewFile(3, "report"), nil))} // what is written survives the kill
	n := &network{chance: fault.New(report), trap: fault.New(report)}
	if f.Seed != 0 {
		rates := fault.Rates{DropReply: chance, DropRequest: chance, Duplicate: chance, Delay: chance, Hold: heldBack, Seed: f.Seed}
		if err := n.chance.Random(rates); err != nil {
			return nil, err
		}
	}
	return n, setTrap(f.Kill, n.trap)
}

// around is on every way from the bus to a service.
func (n *network) around(way string, next message.Publisher) message.Publisher {
	n.ways = append(n.ways, way)
	return n.chance.Publisher(way, n.trap.Publisher(way, next))
}

// quiet keeps the door from answering when the process is about to die after a commit.
func (n *network) quiet(h http.Handler) http.Handler {
	return n.trap.HTTP(func(*http.Request) string { return "door" }, nil, h)
}

// disturb arms what a fate has besides chance. All ways are known by then.
func (n *network) disturb(f fate) error {
	if err := n.chance.Arm(f.Armed...); err != nil || f.Off == "" {
		return err
	}
	for _, way := range n.ways {
		if !strings.HasSuffix(way, ">"+f.Off) {
			continue
		}
		if err := n.chance.Arm(fault.Fault{At: way, Kind: fault.Off, Times: -1}); err != nil {
			return err
		}
		time.AfterFunc(f.OffFor, func() { _ = n.chance.Disarm(way, fault.Off) }) // nothing of a Reject is in there
	}
	return nil
}
