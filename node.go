package saga

import (
	"container/heap"
	"hash/crc64"
	"math/rand/v2"
	"time"
)

// node is the loop of one incarnation: what it appends, checkpoints, claims, seals and recovers,
// and when. It is pure: each method is something that happened, pump returns the effects that must
// follow, and none uses a clock, a store or a goroutine. Methods are never called at once.
type node struct {
	id     string
	rules  nodeRules
	shapes map[shapeKey]*Shape // with defaults; those registered here and those only stored
	runs   map[shapeKey]bool   // registered here
	codecs map[shapeKey]*codec // of these; what a person sets must fit

	live   map[string]*resident
	timers timers // residents that wait, by due time

	next   int64      // position of the next append
	batch  []*pending // decided, not yet handed to the journal
	page   page       // what of the batch is written
	flight []*pending // being appended
	flown  Measure    // of that append, as it was handed over
	beat   time.Time  // of the last append that went in

	trimmed      int64 // position below which the journal holds nothing
	touched      map[string]*touch
	inOrder      []*touch  // the same, as they came
	touchedAt    time.Time // when the oldest of them was appended
	behind       int       // journal bytes that are not checkpointed yet
	touchedBytes int       // of the rows and history that the next checkpoint writes, roughly
	writing      map[string]*touch
	writingTo    int64
	writingFrom  time.Time       // when it was handed over
	held         []*startRequest // starts that wait for a checkpoint
	asked        map[string][]*startRequest
	resuming     map[string][]*startRequest
	commands     map[string]commandState // in hand, by id
	direct       map[string]*directReply // of these, those without a row
	heard        Command                 // the last that a claim returned, while there are more
	wanted       map[string]bool         // instances that commands of the claim being answered are for
	unmoved      []*resident             // taken in for them
	refusals     []Answer                // to commands, for the next append
	answering    []Answer                // to commands, being appended
	claiming     bool
	claimOwn     bool      // the answer to a claim was lost
	lostUntil    time.Time // until when such a claim may still take something
	claimingOwn  bool      // the claim under way asks for own rows; no checkpoint may start
	claimAt      time.Time
	claimedAt    time.Time // of the claim under way
	chance       *rand.Rand
	watchAt      time.Time
	born         time.Time
	watched      time.Time // of the last look that was answered
	missed       bool      // one since then was not
	others       map[string]*otherNode
	serial       int64        // of the last call
	calls        int          // under way
	early        func(effect) // begins an append while the node still works; nil if nobody can
	leaving      bool
	leaveBy      time.Time
	handedOver   bool
	over         bool // sealed by another, or left
	effects      []effect
}

// nodeRules are the numbers of a node, all above zero.
type nodeRules struct {
	lease        time.Duration
	absence      time.Duration // without progress, of a node whose process is out of touch
	checkpoint   time.Duration // between checkpoints under load
	quiet        time.Duration // without an append before a checkpoint follows at once
	poll         time.Duration // between claims, on average
	keep         time.Duration // longest wait that an instance spends in memory
	rowBytes     int           // of one journal row, roughly
	rowsBytes    int           // of a checkpoint's rows and history, roughly, and again of one append's
	behindBytes  int           // journal bytes not checkpointed at which starts and claims are held
	retry        time.Duration // after a claim that the store did not answer, on average
	lost         time.Duration // how long a claim without an answer may still be on its way
	claimLimit   int
	many         int // entries that make an append worth its price
	maxResidents int
	stateLimit   int
	defaults     Config // of the shapes that others stored
}

func defaultRules(c *Config) nodeRules {
	return nodeRules{
		lease: c.Lease, absence: min(c.Lease, time.Second), checkpoint: 300 * time.Millisecond, quiet: 5 * time.Millisecond,
		poll: time.Second, retry: time.Second, lost: time.Minute, keep: time.Second, rowBytes: 1 << 20, rowsBytes: 64 << 20, behindBytes: 64 << 20,
		claimLimit: 1000, many: 16, maxResidents: 20_000, stateLimit: c.StateLimit, defaults: *c,
	}
}

type shapeKey struct {
	name    string
	version int
}

// resident is an instance that this node holds.
type resident struct {
	now     *instance // as decided; never changed in place
	known   *instance // as durable; nil while its start is not
	shape   *Shape
	memo    *stateMemo // of now's state; nil before the first decision here
	flights []flight   // calls under way
	touch   *touch     // of it, for the next checkpoint; nil if nothing is to be written
	undone  int        // decisions that are not durable yet
	resume  bool       // somebody started it again during a call in attention
	frozen  bool       // being released by a checkpoint under way
	waiters []*startRequest
	orders  []order // for when the calls under way have ended
	due     time.Time
	index   int // in timers; -1 if not there
}

// moving reports whether it is to go on although it was released: a reply came meanwhile.
func (r *resident) moving() bool { return r.undone > 0 || r.calling() }

func newNode(id string, rules nodeRules, at time.Time) *node {
	return &node{
		chance: rand.New(rand.NewPCG(crc64.Checksum([]byte(id), crc64.MakeTable(crc64.ISO)), 0)),
		id:     id, rules: rules, next: 1, beat: at, born: at,
		shapes: map[shapeKey]*Shape{}, runs: map[shapeKey]bool{},
		live: map[string]*resident{}, touched: map[string]*touch{},
		asked: map[string][]*startRequest{}, resuming: map[string][]*startRequest{},
		others: map[string]*otherNode{}, commands: map[string]commandState{}, direct: map[string]*directReply{}, claimAt: at, watchAt: at,
	}
}

// tick is the passing of time: call what is due, write what should be written, look around.
func (n *node) tick(at time.Time) {
	if n.over {
		return
	}
	for len(n.timers) > 0 && !n.timers[0].due.After(at) {
		r := heap.Pop(&n.timers).(*resident)
		n.act(r, at, true)
	}
	n.look(at)
}

// pump hands on what is ready and returns the effects of all that happened since the last pump.
// Telling a node several things before it pumps makes them share an append.
func (n *node) pump(at time.Time) []effect {
	if !n.over {
		n.leave(at)
		n.appendNext(at)
		n.checkpointNext(at)
	}
	return n.flush()
}

// nextTick is when tick has something to do, if nothing else happens before.
func (n *node) nextTick() time.Time {
	if n.leaving {
		if n.flight == nil && !n.handedOver {
			return earlier(n.leaveBy, n.beat.Add(n.rules.lease/2))
		}
		return earlier(n.leaveBy, n.beat.Add(n.rules.lease))
	}
	next := n.watchAt
	if n.flight == nil {
		next = earlier(next, n.beat.Add(n.rules.lease/2))
	}
	if !n.claiming {
		next = earlier(next, n.claimAt)
	}
	if len(n.batch) > 0 && n.flight == nil {
		next = earlier(next, n.batch[0].entry.At.Add(n.rules.quiet))
	}
	if len(n.timers) > 0 {
		next = earlier(next, n.timers[0].due)
	}
	if len(n.touched) > 0 && n.writing == nil {
		next = earlier(next, n.checkpointAt())
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (n *node) do(e effect) { n.effects = append(n.effects, e) }

func (n *node) flush() []effect {
	out := n.effects
	n.effects = nil
	return out
}

// timers is a heap of residents by due time.
type timers []*resident

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].due.Before(t[j].due) }
func (t timers) Swap(i, j int)      { t[i], t[j] = t[j], t[i]; t[i].index, t[j].index = i, j }
func (t *timers) Push(x any)        { r := x.(*resident); r.index = len(*t); *t = append(*t, r) }
func (t *timers) Pop() any {
	old := *t
	r := old[len(old)-1]
	r.index = -1
	*t = old[:len(old)-1]
	return r
}
