package saga

import (
	"testing"
	"time"
)

// A claim whose answer was lost may land long after; what it took is this node's and nobody else
// moves it. So the node goes on asking for its own rows for as long as that can happen.
func TestALostClaimIsLookedForForAMinute(t *testing.T) {
	n := watcher(epoch)
	n.claimFailed(Claim{Node: "n"}, epoch)
	own := 0
	for at := epoch; at.Before(epoch.Add(3 * time.Minute)); at = at.Add(time.Second) {
		n.tick(at)
		for _, e := range n.pump(at) {
			switch e := e.(type) {
			case claimRows:
				if e.Own {
					own++
					if at.After(epoch.Add(80 * time.Second)) {
						t.Errorf("%v after the loss it still asks", at.Sub(epoch))
					}
				}
				n.claimed(e.Claim, Claimed{}, at)
			case appendRow:
				n.appended(nil, at)
			case lookAround:
				n.seen(nil, at)
			}
		}
	}
	if own < 8 {
		t.Errorf("it asked %d times for its own rows, want until a minute has passed", own)
	}
}

// Being told of a command for an instance that it owns and does not hold, a node asks for its rows.
func TestACommandForARowThatIsNotHeldFindsIt(t *testing.T) {
	n := watcher(epoch)
	n.command(Command{ID: "c", Instance: "i"}, epoch)
	if !n.claimOwn {
		t.Error("the row stays where it is, and the command waits for ever")
	}
}
