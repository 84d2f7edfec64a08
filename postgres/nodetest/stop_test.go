//go:build unix

package nodetest_test

import (
	"testing"
	"time"
)

// The database stops at once, in the middle of whatever it does, and recovers. The nodes live on:
// what they do not know they ask again.
func TestStoppedDatabase(t *testing.T) {
	t.Parallel()
	d := newDatabase(t)
	f := newFleet(t, d.url, 2, shortLease)
	halt := f.load()
	for range faults(t, 3, 20) {
		f.wait(time.Second)
		ended := f.tally.ended()
		d.stop()
		f.tally.note(stops)
		f.wait(shortLease * 3 / 2) // also longer than the lease
		d.start()
		eventually(t, 30*time.Second, "sagas to end again", func() bool { return f.tally.ended() > ended+callers })
	}
	halt()
	f.finish()
	if f.tally.of(repeatedWrites) == 0 {
		t.Error("no write was repeated, which proves nothing")
	}
}
