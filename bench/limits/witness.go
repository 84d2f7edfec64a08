package main

import (
	"encoding/json"
	"io"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
)

// message is what a child tells.
type message struct {
	Kind    string
	ID      string `json:",omitempty"` // of an instance, if it is about one
	At      int64  // when it was told, in Unix nanoseconds
	Figures figures
}

// figures are a child's own.
type figures struct {
	Heap                         float64 // bytes after a garbage collection
	Calls                        int64   // of steps
	Appends, Claims, Checkpoints int
	Claimed                      int       // rows
	Held                         int       // instances in memory
	Took                         []float64 // milliseconds of each claim that took rows
	Claiming                     float64   // seconds from the beginning of the first claim that took any to the end of the last
}

// witness watches the engine of a child, and tells its parent.
type witness struct {
	participant participant

	mu      sync.Mutex
	out     *json.Encoder
	figures figures
	from    time.Time // the beginning of the first claim that took rows
	seen    []byte    // of each expected trip, in bits
	counts  [3]int    // expected trips that were told of, had an answer, ended
	ready   bool
}

func newWitness(expect int, out io.Writer) *witness {
	return &witness{out: json.NewEncoder(out), seen: make([]byte, expect)}
}

func (w *witness) tell(m message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.say(m)
}

// say is for those who hold the lock. When the parent is gone the input ends, and the child with it.
func (w *witness) say(m message) {
	m.At = time.Now().UnixNano()
	_ = w.out.Encode(m)
}

// milestones are told when the first expected trip passes them, and when all have.
var milestones = [3]string{"recovered", "progressed", "ended"}

// observe receives what is durable.
func (w *witness) observe(ev saga.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ev.Kind == saga.EventOperated {
		w.say(message{Kind: "operated", ID: ev.Instance})
	}
	i, err := strconv.Atoi(strings.TrimPrefix(ev.Instance, "t"))
	if err != nil || i >= len(w.seen) {
		return
	}
	for bit, passed := range [3]bool{ev.Kind == saga.EventRecovered, ev.Kind == saga.EventAnswered, ev.Status.Ended()} {
		if !passed || w.seen[i]&(1<<bit) != 0 {
			continue
		}
		w.seen[i] |= 1 << bit
		w.counts[bit]++
		if w.counts[bit] == 1 {
			w.say(message{Kind: "first " + milestones[bit]})
		}
		if w.counts[bit] == len(w.seen) {
			w.say(message{Kind: "all " + milestones[bit]})
		}
	}
}

// measure receives what the node did on its store.
func (w *witness) measure(m saga.Measure) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.figures.Held = m.Residents
	switch m.Kind {
	case saga.MeasuredAppend:
		w.figures.Appends++
	case saga.MeasuredCheckpoint:
		w.figures.Checkpoints++
	case saga.MeasuredTakeover:
		if !m.Failed {
			w.say(message{Kind: "took over"})
		}
	case saga.MeasuredClaim:
		w.figures.Claims++
		w.claimed(m)
	}
}

func (w *witness) claimed(m saga.Measure) {
	if !w.ready {
		w.ready = true
		w.say(message{Kind: "ready"})
	}
	if m.Count == 0 {
		return
	}
	if w.figures.Claimed == 0 {
		w.from = m.At.Add(-m.Took)
	}
	w.figures.Claimed += m.Count
	w.figures.Took = append(w.figures.Took, ms(m.Took))
	w.figures.Claiming = m.At.Sub(w.from).Seconds()
}

// now collects garbage first, so that what is left is in use.
func (w *witness) now() figures {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.figures
	f.Heap, f.Calls = float64(m.HeapAlloc), w.participant.calls.Load()
	return f
}
