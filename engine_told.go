package saga

import "sync"

// told is what users' functions are told: transitions, or a measure.
type told struct {
	durable []*pending
	measure Measure
}

// toldQueue is what users' functions have not been told yet. Nobody who adds to it waits, since that
// happens under the engine's lock. Who appended waits for room before telling so: functions that do
// not keep up hold back the journal, and neither readers nor callers whose ctx ends.
type toldQueue struct {
	mu     sync.Mutex
	moved  sync.Cond
	queue  []told
	size   int // transitions and measures in it
	closed bool
}

// mostTold is how many transitions may wait when another append is told.
const mostTold = 4096

func (t told) size() int { return max(1, len(t.durable)) }

func newToldQueue() *toldQueue {
	q := &toldQueue{}
	q.moved.L = &q.mu
	return q
}

func (q *toldQueue) push(t told) {
	q.mu.Lock()
	q.queue, q.size = append(q.queue, t), q.size+t.size()
	q.mu.Unlock()
	q.moved.Broadcast()
}

// pop waits for something; it is false once the queue is closed and empty.
func (q *toldQueue) pop() (t told, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.queue) == 0 && !q.closed {
		q.moved.Wait()
	}
	if len(q.queue) == 0 {
		return t, false
	}
	t, q.queue[0] = q.queue[0], told{}
	q.queue, q.size = q.queue[1:], q.size-t.size()
	q.moved.Broadcast()
	return t, true
}

func (q *toldQueue) waitForRoom() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size > mostTold && !q.closed {
		q.moved.Wait()
	}
}

func (q *toldQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.moved.Broadcast()
}
