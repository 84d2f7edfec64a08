package fault

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// next returns the fault that a call meets, and takes it off what is left: the first that is armed
// for it, or what the dice say. Its Kind is empty if nothing is to happen.
func (f *Faults) next(at, key string, fitting []Kind) Fault {
	if x := f.take(at, key, fitting); x.Kind != "" {
		return x
	}
	return f.draw(at)
}

// take is next without the dice.
func (f *Faults) take(at, key string, fitting []Kind) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.armed, func(x Fault) bool {
		return x.At == at && slices.Contains(fitting, x.Kind) && strings.Contains(key, x.Match)
	})
	if i < 0 {
		return Fault{}
	}
	x := f.armed[i]
	switch x.Times {
	case -1:
	case 1:
		f.armed = slices.Delete(f.armed, i, i+1)
	default:
		f.armed[i].Times--
	}
	return x
}

// strike counts a fault when all is in place for what comes of it: whoever waits for it may go on.
// The call is nil for a commit.
func (f *Faults) strike(x Fault, key string, c *Call) {
	f.config.Logger.Info("fault", "at", x.At, "kind", string(x.Kind), "key", key)
	f.mu.Lock()
	defer f.mu.Unlock()
	if c != nil {
		c.Fault = x.Kind
	}
	f.struck[x.At]++
	f.counts[string(x.Kind)]++
	close(f.changed)
	f.changed = make(chan struct{})
}

// Struck waits until n faults have struck at a place since the last Forget. A fault that lets a
// call through (a lost, held or doubled reply, a crash after) has struck when the call has been
// carried out; a delayed call when it is kept. Reject is not counted. The error is the context's.
func (f *Faults) Struck(ctx context.Context, at string, n int) error {
	for {
		f.mu.Lock()
		have, changed := f.struck[at], f.changed
		f.mu.Unlock()
		if have >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("fault: %d of %d faults struck at %q: %w", have, n, at, ctx.Err())
		}
	}
}

// Counts says how often each kind struck since the last Forget, without Reject.
func (f *Faults) Counts() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.counts)
}
