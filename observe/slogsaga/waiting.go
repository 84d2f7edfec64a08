package slogsaga

import (
	"sync"

	"github.com/seosa-dev/saga"
)

// mostWaiting bounds the memory that is spent on not repeating a line.
const mostWaiting = 10_000

// waiting are the instances of which was told that they need attention.
type waiting struct {
	mu   sync.Mutex
	seen map[string]seen
}

type seen struct {
	reason saga.Reason
	seq    int
}

// news is what a transition says about the need for a person.
type news int

const (
	nothing  news = iota
	needed        // it needs attention, and that was not told
	relieved      // it needs attention no more
)

// note keeps who needs attention and says what is new. A gap in the transitions means that another
// node had the instance, where a person may have settled it in between.
func (w *waiting) note(e saga.Event) news {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, known := w.seen[e.Instance]
	if e.Status != saga.NeedsAttention {
		delete(w.seen, e.Instance)
		if known {
			return relieved
		}
		return nothing
	}
	if !known && len(w.seen) >= mostWaiting {
		for id := range w.seen { // any: it may be told of twice
			delete(w.seen, id)
			break
		}
	}
	w.seen[e.Instance] = seen{e.Reason, e.Seq}
	if known && last.reason == e.Reason && last.seq+1 == e.Seq {
		return nothing
	}
	return needed
}
