package reservation_test

import (
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/access"
)

func TestWhileTheQueueIsAwayNothingIsHeld(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.queue.fail = access.ErrGateAway
	if _, err := d.service.Hold(t.Context(), ask(mina, 1)); code(t, err) != "queue-away" {
		t.Error(err)
	}
	d.wantSeat(1, 0)
	d.queue.fail = nil
	d.holds(mina, 1)
}
