package fault

import (
	"slices"
	"sync"
	"time"
)

// late is a call on its way.
type late struct {
	arrive func()
	once   sync.Once
}

// keep lets a call arrive at the next Release, or after a time if that is sooner and not 0.
func (f *Faults) keep(hold time.Duration, arrive func()) {
	l := &late{arrive: arrive}
	f.mu.Lock()
	f.late = append(f.late, l)
	f.mu.Unlock()
	if hold > 0 {
		time.AfterFunc(hold, func() { f.deliver(l) })
	}
}

// deliver lets a call arrive once, and returns when it has.
func (f *Faults) deliver(l *late) {
	l.once.Do(func() {
		defer func() {
			if p := recover(); p != nil { // net/http would have caught it as well
				f.config.Logger.Error("a delayed call panicked", "panic", p)
			}
		}()
		l.arrive()
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.late = slices.DeleteFunc(f.late, func(other *late) bool { return other == l })
}

// releases is closed by the next Release.
func (f *Faults) releases() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.released
}

// Release sends the answers that HoldReply keeps and delivers the calls that Delay and Postpone keep, in the
// order in which they were made. When it returns, these have been carried out.
func (f *Faults) Release() {
	f.mu.Lock()
	due := slices.Clone(f.late)
	close(f.released)
	f.released = make(chan struct{})
	f.mu.Unlock()
	for _, l := range due {
		f.deliver(l)
	}
}
