package sqlite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Commands lie in an index by copies of what the rows say. The store in memory has no copies and
// looks at everything each time; whatever happens, both have to hand out the same.
func TestClaimsAreThoseOfAStoreWithoutCopies(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := &pair{
				t: t, r: rand.New(rand.NewPCG(seed, 5)), //nolint:gosec // a schedule that can be repeated
				file: open(t, filepath.Join(t.TempDir(), "sagas.db")), plain: memory.Open(),
				pos: map[string]int64{}, folded: map[string]int64{},
			}
			for range 3 {
				p.joinNode()
			}
			for range 400 {
				p.step()
			}
			if p.rows < 50 || p.told < 200 || p.paged < 10 {
				t.Errorf("only %d rows and %d commands were handed out, on %d pages that were not the last", p.rows, p.told, p.paged)
			}
		})
	}
}

// instances is how many there are: few, so that much happens to each.
const instances = 25

// pair is two stores to which the same is done.
type pair struct {
	t           *testing.T
	r           *rand.Rand
	file, plain saga.Store
	nodes       []string // that are not drained
	pos, folded map[string]int64
	sent        int
	after       saga.Command

	rows, told, paged int
}

// both does something to both stores and wants the same result.
func (p *pair) both(what string, do func(s saga.Store) (any, error)) any {
	p.t.Helper()
	got, err := do(p.file)
	want, wantErr := do(p.plain)
	if err != nil || wantErr != nil || !reflect.DeepEqual(got, want) {
		p.t.Fatalf("%s: got %+v, want %+v; errors %v", what, got, want, errors.Join(err, wantErr))
	}
	return got
}

func (p *pair) joinNode() {
	node := fmt.Sprint("node ", len(p.pos))
	p.nodes, p.pos[node] = append(p.nodes, node), 0
	p.both("join", func(s saga.Store) (any, error) { return nil, s.Journal().Join(p.t.Context(), node, 0) })
}

func (p *pair) step() {
	switch n := p.r.IntN(20); {
	case n < 5:
		p.send()
	case n < 8:
		p.checkpoint()
	case n < 11:
		p.answer()
	case n < 12 && len(p.nodes) > 1:
		p.drainNode()
	default:
		p.claim()
	}
}

func (p *pair) node() string     { return p.nodes[p.r.IntN(len(p.nodes))] }
func (p *pair) instance() string { return fmt.Sprint("s", p.r.IntN(instances)) }

func (p *pair) send() {
	var commands []saga.Command
	for range 1 + p.r.IntN(12) {
		cmd := command(fmt.Sprintf("%05d", p.sent*7919%100_000), p.instance())
		cmd.Sent = at(p.sent / 10)
		p.sent++
		commands = append(commands, cmd)
	}
	p.both("send", func(s saga.Store) (any, error) { return nil, s.Instances().Send(p.t.Context(), commands) })
}

func (p *pair) append(node string, answers ...saga.Answer) {
	p.pos[node]++
	p.both("append", func(s saga.Store) (any, error) {
		taken, err := s.Journal().Append(p.t.Context(), saga.Append{Node: node, Position: p.pos[node], Answers: answers})
		return len(taken), err
	})
}

func (p *pair) answer() {
	var answers []saga.Answer
	for range 1 + p.r.IntN(20) {
		answers = append(answers, saga.Answer{ID: fmt.Sprintf("%05d", p.r.IntN(p.sent+1)*7919%100_000), Data: []byte("done")})
	}
	p.append(p.node(), answers...)
}

// checkpoint moves rows: to other owners, to none, to their end and back.
func (p *pair) checkpoint() {
	node := p.node()
	p.append(node)
	c := saga.Checkpoint{Node: node, From: p.folded[node], To: p.pos[node]}
	p.folded[node] = p.pos[node]
	for _, n := range p.r.Perm(instances)[:1+p.r.IntN(6)] {
		r := saga.Row{
			ID: fmt.Sprint("s", n), Status: saga.Running, Live: p.r.IntN(5) > 0,
			Due:     at(p.r.IntN(400)*instances + n), // no two at once, so there is one order only
			Started: at(0), Updated: at(0), Since: at(0), Data: []byte("data"),
		}
		if p.r.IntN(3) > 0 {
			r.Owner = fmt.Sprint("node ", p.r.IntN(len(p.pos)))
		}
		c.Rows = append(c.Rows, r)
	}
	p.both("checkpoint", func(s saga.Store) (any, error) { return nil, s.Journal().Checkpoint(p.t.Context(), c) })
}

func (p *pair) drainNode() {
	i := p.r.IntN(len(p.nodes))
	node := p.nodes[i]
	p.nodes = append(p.nodes[:i:i], p.nodes[i+1:]...)
	p.both("seal", func(s saga.Store) (any, error) { return nil, s.Journal().Seal(p.t.Context(), node) })
	c := saga.Checkpoint{Node: node, From: p.folded[node], To: p.pos[node], Drain: true}
	p.both("drain", func(s saga.Store) (any, error) { return nil, s.Journal().Checkpoint(p.t.Context(), c) })
	p.joinNode()
}

func (p *pair) claim() {
	c := saga.Claim{
		Node: p.node(), Due: at(p.r.IntN(500 * instances)), Own: p.r.IntN(4) == 0, Wanted: p.r.IntN(3) == 0,
		After: p.after, Limit: 1 + p.r.IntN(8),
	}
	if p.r.IntN(6) == 0 {
		c.IDs = []string{p.instance(), p.instance()}
	}
	got := p.both("claim", func(s saga.Store) (any, error) { return s.Instances().Claim(p.t.Context(), c) }).(saga.Claimed)
	p.rows += len(got.Rows)
	p.told += len(got.Commands)
	p.after = saga.Command{}
	if got.More {
		p.paged++
		p.after = got.Commands[p.r.IntN(len(got.Commands))]
	}
}

func at(micros int) time.Time { return time.UnixMicro(int64(micros)).UTC() }
