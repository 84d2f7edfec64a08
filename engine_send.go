package saga

import (
	"context"
	"fmt"
)

// serving says which incarnation serves now; nil if none does.
func (e *Engine) serving(s *server) {
	e.mu.Lock()
	e.server = s
	close(e.changed)
	e.changed = make(chan struct{})
	e.mu.Unlock()
	if s != nil {
		e.once.Do(func() { close(e.ready) })
	}
}

// send hands an input to whatever incarnation serves.
func (e *Engine) send(ctx context.Context, in input) error {
	for {
		e.mu.Lock()
		s, changed := e.server, e.changed
		e.mu.Unlock()
		if s != nil && s.offer(in) {
			return nil
		}
		select {
		case <-e.closed:
			return e.whyClosed()
		case <-changed:
		case <-ctx.Done():
			return both(context.Cause(ctx), e.trouble())
		}
	}
}

// both puts two errors on one line. The second may be nil.
func both(first, second error) error {
	if second == nil {
		return first
	}
	return fmt.Errorf("%w; %w", first, second)
}

// trouble is what the store says while it cannot be written, if it says anything.
func (e *Engine) trouble() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.storeErr
}

func (e *Engine) setTrouble(err error) {
	e.mu.Lock()
	e.storeErr = err
	e.mu.Unlock()
}

func (e *Engine) whyClosed() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return fmt.Errorf("%w: Run failed: %w", ErrClosed, e.err)
	}
	return ErrClosed
}

// Wake lets the engine look at once for what there is to do: call it after the commit of a transaction
// of yours in which something was started or delivered. Without it an engine on SQLite looks within a
// second and a half; those on PostgreSQL hear of the commit by themselves. It does not block, and does
// nothing unless Run runs.
func (e *Engine) Wake() {
	e.mu.Lock()
	s := e.server
	e.mu.Unlock()
	if s != nil {
		s.offer((*node).woken)
	}
}
