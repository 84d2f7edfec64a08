//go:build unix

package nodetest_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// desk is all participants in one. It lives in the parent, survives every node, and keeps the truth.
type desk struct {
	t   *testing.T
	url string

	mu      sync.Mutex
	seq     int
	effects map[string]*effect // by the action's key
	visits  map[string][]*visit
	open    map[string]int // calls under way, by life
	struck  map[string]int // what went wrong, by kind
	hold    chan struct{}  // if it is not nil, calls wait for its end
}

// effect is the truth about one action's key.
type effect struct {
	key       saga.Key
	manner    manner
	calls     int  // of whatever kind
	actions   int  // that arrived
	notDone   int  // answers that permit a further action
	applied   int  // how often it was done
	first     int  // when, in the order of all that happened here
	undone    int  // when; 0 if it was not
	refused   bool // for ever
	forbidden bool // for ever, by a fence, an undo or an answer
	story     []string
}

// stands reports whether it was done and is not undone.
func (e *effect) stands() bool { return e.applied > 0 && e.undone == 0 }

// visit is one call as the participants saw it.
type visit struct {
	life       string
	begun, end time.Time // end is zero while it is under way
}

// The answers, as what a node makes of them.
const (
	answerYes  = http.StatusOK
	answerNo   = http.StatusConflict           // refused
	answerBusy = http.StatusServiceUnavailable // not done
)

// The kinds of what goes wrong between nodes and participants.
const (
	lostBefore = "requests lost"
	lostAfter  = "replies lost"
	refusals   = "refusals"
	busy       = "calls not done"
	slow       = "slow calls"
)

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, effects: map[string]*effect{}, visits: map[string][]*visit{}, open: map[string]int{}, struck: map[string]int{}}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// ServeHTTP is a call: POST /{action,probe,fence,compensation}?key=…&manner=…&life=….
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, err := saga.ParseKey(r.FormValue("key"))
	if err != nil {
		d.t.Errorf("a call with key %q: %v", r.FormValue("key"), err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	v := d.arrive(key, r.FormValue("life"))
	defer d.leave(key, v)
	kind := saga.CallKind(r.URL.Path[1:])
	e, chance := d.effectOf(key, manner(r.FormValue("manner")))
	d.dawdle(r.Context(), chance, 0.8)
	if d.strikes(lostBefore, chance, 0.02) {
		d.tell(e, "%s of %s is lost", kind, v.life)
		panic(http.ErrAbortHandler)
	}
	answer := d.answer(kind, e, v, chance)
	d.dawdle(r.Context(), chance, 0.4)
	if d.strikes(lostAfter, chance, 0.06) {
		d.tell(e, "the answer to %s is lost", v.life)
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(answer)
}

func (d *desk) arrive(key saga.Key, life string) *visit {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &visit{life: life, begun: time.Now()}
	d.visits[key.Instance] = append(d.visits[key.Instance], v)
	d.open[life]++
	return v
}

func (d *desk) leave(key saga.Key, v *visit) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v.end = time.Now()
	d.open[v.life]--
}

// effectOf returns what is under a key, and the chance of this call, which its key and number make.
func (d *desk) effectOf(key saga.Key, m manner) (*effect, *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.effects[key.String()]
	if e == nil {
		e = &effect{key: key, manner: m}
		d.effects[key.String()] = e
	}
	e.calls++
	return e, rand.New(rand.NewPCG(hash(key), uint64(e.calls)))
}

func hash(key saga.Key) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key.String()))
	return h.Sum64()
}

// dawdle takes its time even if the caller has gone: what was sent arrives.
func (d *desk) dawdle(ctx context.Context, chance *rand.Rand, share float64) {
	d.mu.Lock()
	hold := d.hold
	d.mu.Unlock()
	if hold != nil {
		<-hold
	}
	pause := time.Duration(chance.IntN(4)) * time.Millisecond
	if d.strikes(slow, chance, 0.1*share) {
		pause = time.Duration(50+chance.IntN(250)) * time.Millisecond
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	<-timer.C
}

func (d *desk) strikes(kind string, chance *rand.Rand, share float64) bool {
	if chance.Float64() >= share {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.struck[kind]++
	return true
}

func (d *desk) tell(e *effect, format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e.tell(format, args...)
}

func (e *effect) tell(format string, args ...any) {
	e.story = append(e.story, time.Now().Format("05.000 ")+fmt.Sprintf(format, args...))
}

// answer does what is asked and says what came of it.
func (d *desk) answer(kind saga.CallKind, e *effect, v *visit, chance *rand.Rand) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	answer := answerBusy
	switch {
	case kind == saga.CallAction:
		answer = d.act(e)
	case kind == saga.CallProbe:
		answer = d.probe(e)
	case chance.Float64() < 0.03:
		d.struck[busy]++
	case kind == saga.CallFence:
		answer = d.fence(e)
	case kind == saga.CallCompensation:
		answer = d.undo(e)
	}
	if answer == answerBusy && (kind == saga.CallAction || kind == saga.CallProbe) {
		e.notDone++
	}
	e.tell("%s of %s: %d; done %d times, undone %t", kind, v.life, answer, e.applied, e.undone > 0)
	return answer
}

func (d *desk) act(e *effect) int {
	if e.actions++; e.manner != keyed && e.actions > 1+e.notDone {
		d.t.Errorf("%s was called again although nobody had said that it was not done: %q", e.key, e.story)
	}
	fate := rand.New(rand.NewPCG(hash(e.key), 0)).Float64() // the same for each attempt
	switch {
	case e.forbidden, e.refused:
		return answerNo
	case e.applied > 0 && e.manner == keyed:
		return answerYes
	case e.applied == 0 && fate < 0.08:
		d.struck[refusals]++
		e.refused = true
		return answerNo
	case e.actions == 1 && fate > 0.97:
		d.struck[busy]++
		return answerBusy
	}
	d.seq++
	if e.applied++; e.applied == 1 {
		e.first = d.seq
	}
	return answerYes
}

func (d *desk) probe(e *effect) int {
	switch {
	case e.applied > 0:
		return answerYes
	case e.refused, e.forbidden:
		return answerNo
	case e.manner == final:
		e.forbidden = true
		return answerNo
	}
	return answerBusy
}

func (d *desk) fence(e *effect) int {
	if e.applied > 0 {
		return answerYes
	}
	e.forbidden = true
	return answerNo
}

func (d *desk) undo(e *effect) int {
	if e.stands() {
		d.seq++
		e.undone = d.seq
	}
	e.forbidden = true
	return answerYes
}

// underWay counts the calls of a life that are not answered yet.
func (d *desk) underWay(life string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open[life]
}

// idle reports whether no call is under way, not even one whose caller has gone.
func (d *desk) idle() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.open {
		if n > 0 {
			return false
		}
	}
	return true
}

// wantAll wants every kind of fault to have struck: the test proves nothing about one that did not.
func (d *desk) wantAll() {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, kind := range []string{lostBefore, lostAfter, refusals, busy, slow} {
		if d.struck[kind] == 0 {
			d.t.Errorf("there were no %s", kind)
		}
	}
}

// holdAll lets all calls wait until the function that it returns is called.
func (d *desk) holdAll() (release func()) {
	hold := make(chan struct{})
	d.mu.Lock()
	d.hold = hold
	d.mu.Unlock()
	release = sync.OnceFunc(func() {
		d.mu.Lock()
		d.hold = nil
		d.mu.Unlock()
		close(hold)
	})
	d.t.Cleanup(release)
	return release
}
