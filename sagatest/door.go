package sagatest

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/seosa-dev/saga"
)

var (
	errDead = errors.New("sagatest: the node has died")
	errHeld = errors.New("sagatest: the node is paused")
	errLost = errors.New("sagatest: the connection to the store broke")
)

// door is the store as one node reaches it. Faults strike here, so that each write and each reading
// can fail on its own, also where one task of a node makes several.
type door struct {
	journal   journalDoor
	instances instancesDoor
	reader    readerDoor
}

func newDoor(n *node, s saga.Store) *door {
	return &door{journalDoor{s.Journal(), n}, instancesDoor{s.Instances(), n}, readerDoor{s.Reader(), n}}
}

func (d *door) Journal() saga.Journal     { return &d.journal }
func (d *door) Instances() saga.Instances { return &d.instances }
func (d *door) Reader() saga.Reader       { return &d.reader }

// write does a write, unless a fault has it done differently.
func (n *node) write(place Place, do func() error) error {
	if n.dead {
		return errDead
	}
	offers := setOf(CrashBefore, CrashAfter, WriteLost, AckLost, TakenOver, Leaves)
	if n.leaving || n.run.sealed[n.name] {
		offers = offers.without(Leaves)
	}
	if n.run.suspects[n.name] {
		offers = offers.without(TakenOver)
	}
	strikes := n.run.point(place, offers)
	switch strikes {
	case CrashBefore:
		n.run.crash(n)
		return errDead
	case WriteLost:
		return errLost
	case TakenOver:
		n.run.suspend(n)
		return errHeld
	case Leaves:
		n.run.leave(n)
	}
	err := do()
	n.run.stale = true
	switch strikes {
	case CrashAfter:
		n.run.crash(n)
		return errDead
	case AckLost:
		return errLost
	}
	// A checkpoint that is repeated is refused as well if the first try went in.
	n.rejected = n.rejected || errors.Is(err, saga.ErrSealed) && (place == AtAppend || place == AtCheckpoint && n.run.sealed[n.name])
	return err
}

// read does a reading, unless its answer is lost.
func (n *node) read(do func() error) error {
	switch {
	case n.dead:
		return errDead
	case n.run.point(AtRead, setOf(AckLost)) == AckLost:
		return errLost
	}
	return do()
}

type journalDoor struct {
	saga.Journal
	n *node
}

// Append also holds the node to its seal.
func (j *journalDoor) Append(ctx context.Context, a saga.Append) (taken []string, err error) {
	do := func() error {
		taken, err = j.Journal.Append(ctx, a)
		if err == nil {
			j.n.appended(a.Position)
		}
		return err
	}
	if beat(a) {
		if j.n.dead {
			return nil, errDead
		}
		return taken, do()
	}
	j.n.run.note(j.n.name, "appends row %d", a.Position)
	return taken, j.n.write(AtAppend, do)
}

// beat reports whether an append holds nothing: a sign of life, which comes every other second and
// would drown the points that matter. Any transition is longer than this.
func beat(a saga.Append) bool {
	return len(a.Starts) == 0 && len(a.Answers) == 0 && len(a.Entries) < 24
}

func (n *node) appended(position int64) {
	switch {
	case !n.run.sealed[n.name]:
		n.high = max(n.high, position)
	case position > n.high:
		n.run.violate(OneOwner, "%s appended row %d after its journal was sealed", n.name, position)
	}
}

func (j *journalDoor) Seal(ctx context.Context, node string) error {
	j.n.run.note(j.n.name, "seals %s", node)
	return j.n.write(AtSeal, func() error {
		err := j.Journal.Seal(ctx, node)
		if err == nil {
			j.n.run.sealed[node] = true
		}
		return err
	})
}

func (j *journalDoor) Tail(ctx context.Context, node string) (t saga.Tail, err error) {
	err = j.n.read(func() error {
		t, err = j.Journal.Tail(ctx, node)
		return err
	})
	return t, err
}

// Checkpoint also notes who was taken over.
func (j *journalDoor) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	if len(c.Rows) == 0 && !c.Drain {
		if j.n.dead {
			return errDead
		}
		return j.Journal.Checkpoint(ctx, c)
	}
	place := AtCheckpoint
	if c.Drain {
		place = AtDrain
	}
	j.n.run.note(j.n.name, "writes the rows of %s up to %d", c.Node, c.To)
	return j.n.write(place, func() error {
		err := j.Journal.Checkpoint(ctx, c)
		switch {
		case err != nil:
		case c.Drain:
			j.n.run.takenOver(c.Node)
		case j.n.run.drained[c.Node]:
			j.n.run.violate(OneOwner, "%s wrote rows after it was taken over", c.Node)
		}
		return err
	})
}

type instancesDoor struct {
	saga.Instances
	n *node
}

// Send hands in a command of the node's own, which is a reply.
func (in *instancesDoor) Send(ctx context.Context, commands []saga.Command) error {
	return in.n.write(AtDelivery, func() error { return in.Instances.Send(ctx, commands) })
}

// Claim offers faults only if it took something: a node asks once a second.
func (in *instancesDoor) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	if in.n.dead {
		return saga.Claimed{}, errDead
	}
	got, err := in.Instances.Claim(ctx, c)
	if err != nil || len(got.Rows)+len(got.Commands) == 0 {
		return got, err
	}
	in.n.run.stale = true
	in.n.run.note(in.n.name, "claims %d instances and %d commands", len(got.Rows), len(got.Commands))
	switch in.n.run.point(AtClaim, setOf(CrashAfter, AckLost)) {
	case CrashAfter:
		in.n.run.crash(in.n)
		return saga.Claimed{}, errDead
	case AckLost:
		return saga.Claimed{}, errLost
	}
	return got, nil
}

func (in *instancesDoor) Keys(ctx context.Context, ids []string) (keys []saga.StartKey, err error) {
	err = in.n.read(func() error {
		keys, err = in.Instances.Keys(ctx, ids)
		return err
	})
	return keys, err
}

// Nodes says who is gone as the run knows it, in one order. Reading can fail if there are others.
func (in *instancesDoor) Nodes(ctx context.Context) (nodes []saga.NodeState, err error) {
	if in.n.dead {
		return nil, errDead
	}
	nodes, err = in.Instances.Nodes(ctx)
	for i := range nodes {
		nodes[i].Gone = in.n.run.suspects[nodes[i].ID]
	}
	slices.SortFunc(nodes, func(a, b saga.NodeState) int { return cmp.Compare(a.ID, b.ID) })
	if len(nodes) > 1 && in.n.run.point(AtRead, setOf(AckLost)) == AckLost {
		return nil, errLost
	}
	return nodes, err
}

type readerDoor struct {
	saga.Reader
	n *node
}

func (r *readerDoor) Find(ctx context.Context, f saga.Filter) (rows []saga.Row, err error) {
	err = r.n.read(func() error {
		rows, err = r.Reader.Find(ctx, f)
		return err
	})
	return rows, err
}
