package saga

import (
	"testing"
	"time"
)

// idle drives a node without instances over a store that answers at once. See returns the other
// nodes as they are at a moment. It returns how often the store was asked, and which nodes were
// sealed when.
func idle(t *testing.T, n *node, from time.Time, long time.Duration, see func(at time.Time) ([]NodeState, error)) (asked int, sealed map[string]time.Time) {
	t.Helper()
	sealed = map[string]time.Time{}
	for at := from; at.Before(from.Add(long)); {
		n.tick(at)
		for effects := n.pump(at); len(effects) > 0; effects = n.pump(at) {
			for _, e := range effects {
				asked += answerIdle(n, e, at, see, sealed)
			}
		}
		next := n.nextTick()
		if !next.After(at) {
			next = at.Add(time.Millisecond)
		}
		at = next
	}
	return asked, sealed
}

func answerIdle(n *node, e effect, at time.Time, see func(at time.Time) ([]NodeState, error), sealed map[string]time.Time) int {
	switch e := e.(type) {
	case appendRow:
		n.appended(nil, at)
	case writeRows:
		n.checkpointed(at)
	case claimRows:
		n.claimed(e.Claim, Claimed{}, at)
	case lookAround:
		nodes, err := see(at)
		if err != nil {
			n.lookFailed(at)
			break
		}
		n.seen(nodes, at)
	case takeOver:
		if _, before := sealed[e.Node]; !before {
			sealed[e.Node] = at
		}
	default:
		return 0
	}
	return 1
}

func watcher(at time.Time) *node {
	c := (*Config)(nil).withDefaults()
	n := newNode("n", defaultRules(&c), at)
	n.rules.poll = patientPoll
	return n
}

// beating is a node that makes progress every so often, until it dies.
func beating(name string, from, dies time.Time, every time.Duration) func(at time.Time) NodeState {
	return func(at time.Time) NodeState {
		last := at
		if last.After(dies) {
			last = dies
		}
		beats := last.Sub(from) / every
		return NodeState{ID: name, Position: int64(beats), Silent: at.Sub(from.Add(beats*every)) + time.Microsecond}
	}
}

func TestSilentNodeIsSealedWhenItsLeaseIsOver(t *testing.T) {
	const lease = 5 * time.Second
	for phase := range 60 {
		dies := epoch.Add(time.Minute + time.Duration(phase)*100*time.Millisecond)
		other := beating("other", epoch, dies, lease/2)
		last := dies.Sub(epoch) / (lease / 2) * (lease / 2) // its last progress
		_, sealed := idle(t, watcher(epoch), epoch, 2*time.Minute, func(at time.Time) ([]NodeState, error) {
			return []NodeState{other(at), beating("healthy", epoch, epoch.Add(time.Hour), lease/2)(at)}, nil
		})
		at, ok := sealed["other"]
		if took := at.Sub(epoch.Add(last)); !ok || took < lease-time.Millisecond || took > lease+500*time.Millisecond {
			t.Errorf("phase %d: sealed %v after its last progress, want the lease of %v", phase, took, lease)
		}
		if len(sealed) > 1 {
			t.Errorf("phase %d: sealed %v", phase, sealed)
		}
	}
}

// A store that does not say how long a node has been silent is watched by this node's clock alone.
func TestSilentNodeIsSealedWithoutTheStoresClock(t *testing.T) {
	other := beating("other", epoch, epoch.Add(20*time.Second), 2500*time.Millisecond)
	_, sealed := idle(t, watcher(epoch), epoch, time.Minute, func(at time.Time) ([]NodeState, error) {
		s := other(at)
		s.Silent = 0
		return []NodeState{s}, nil
	})
	if took := sealed["other"].Sub(epoch.Add(20 * time.Second)); took < 5*time.Second || took > 10*time.Second {
		t.Errorf("sealed after %v", took)
	}
}

// A node whose process is gone is not given the whole lease, but time to come back.
func TestAbsentNodeIsSealedSooner(t *testing.T) {
	at := epoch.Add(10 * time.Second)
	n := watcher(epoch)
	away := func(from, to time.Duration) func(at time.Time) ([]NodeState, error) {
		return func(at time.Time) ([]NodeState, error) {
			return []NodeState{{ID: "other", Position: 3, Absent: !at.Before(epoch.Add(from)) && at.Before(epoch.Add(to)), Silent: at.Sub(epoch)}}, nil
		}
	}
	_, sealed := idle(t, n, epoch, 3*time.Second, away(0, time.Hour))
	if took := sealed["other"].Sub(epoch); took < time.Second || took > 1300*time.Millisecond {
		t.Errorf("sealed after %v, want a second", took)
	}
	_, sealed = idle(t, watcher(at), epoch, 4*time.Second, away(0, 800*time.Millisecond))
	if len(sealed) > 0 {
		t.Errorf("sealed %v although it came back", sealed)
	}
}

// A process that is being killed while its successor starts still seems present at the successor's
// first look.
func TestAProcessThatIsJustDyingIsSealedSoon(t *testing.T) {
	for _, gone := range []time.Duration{time.Millisecond, 300 * time.Millisecond, 900 * time.Millisecond} {
		_, sealed := idle(t, watcher(epoch), epoch, time.Minute, func(at time.Time) ([]NodeState, error) {
			return []NodeState{{ID: "other", Position: 3, Absent: !at.Before(epoch.Add(gone)), Silent: at.Sub(epoch) + time.Millisecond}}, nil
		})
		if took := sealed["other"].Sub(epoch.Add(gone)); took < time.Second || took > 1600*time.Millisecond {
			t.Errorf("gone %v after the start: sealed %v later, want little more than a second", gone, took)
		}
	}
}

// Who cannot work with the store cannot tell whether others are silent or cut off as well.
func TestNobodyIsSealedForAnOutageOfTheStore(t *testing.T) {
	n := watcher(epoch)
	down := func(at time.Time) bool {
		return at.After(epoch.Add(20*time.Second)) && at.Before(epoch.Add(60*time.Second))
	}
	alive := func(at time.Time) NodeState {
		if s := at.Sub(epoch); s > 20*time.Second && s < 62*time.Second { // it needs two seconds to come back
			return NodeState{ID: "other", Position: 8, Silent: s - 20*time.Second, Absent: s < 61*time.Second}
		}
		return beating("other", epoch, epoch.Add(time.Hour), 2500*time.Millisecond)(at)
	}
	_, sealed := idle(t, n, epoch, 3*time.Minute, func(at time.Time) ([]NodeState, error) {
		if down(at) {
			return nil, ErrClosed
		}
		return []NodeState{alive(at)}, nil
	})
	if len(sealed) > 0 {
		t.Errorf("sealed %v after %v", sealed, sealed["other"].Sub(epoch))
	}
}

func TestIdleNodeAsksAtMostOnceASecond(t *testing.T) {
	const long = 10 * time.Minute
	for name, others := range map[string]int{"alone": 0, "beside another": 1, "beside nine": 9} {
		asked, _ := idle(t, watcher(epoch), epoch, long, func(at time.Time) (nodes []NodeState, _ error) {
			for i := range others {
				nodes = append(nodes, beating(string(rune('a'+i)), epoch.Add(-time.Duration(i)*137*time.Millisecond), epoch.Add(time.Hour), 2500*time.Millisecond)(at))
			}
			return nodes, nil
		})
		if limit := int(long / time.Second); asked > limit {
			t.Errorf("%s: %d times in %v, want at most %d", name, asked, long, limit)
		}
		t.Logf("%s: the store was asked %.2f times a second", name, float64(asked)/long.Seconds())
	}
}

// Nodes of different leases share a store: each is given the time that it asked for.
func TestEachNodeIsGivenItsOwnLease(t *testing.T) {
	slow, quick := beating("slow", epoch, epoch.Add(40*time.Second), 10*time.Second), beating("quick", epoch, epoch.Add(20*time.Second), time.Second)
	_, sealed := idle(t, watcher(epoch), epoch, 2*time.Minute, func(at time.Time) ([]NodeState, error) {
		a, b := slow(at), quick(at)
		a.Lease, b.Lease = 20*time.Second, 2*time.Second
		return []NodeState{a, b}, nil
	})
	for name, want := range map[string]time.Duration{"slow": 60 * time.Second, "quick": 22 * time.Second} {
		if at := sealed[name].Sub(epoch); at < want-time.Millisecond || at > want+time.Second {
			t.Errorf("%s was sealed after %v, want %v", name, at, want)
		}
	}
}
