package sagatest

import (
	"fmt"

	"github.com/seosa-dev/saga"
)

// anyAnswer is what can strike a call that would change something.
const anyAnswer kinds = 1<<Refuses | 1<<DoesNothing | 1<<BreaksBefore | 1<<BreaksAfter

// answer is what the caller of a participant is told: what do says, unless a fault has the
// participant say otherwise, or has the connection break before or after do.
func (r *run) answer(who string, key saga.Key, offers kinds, do func() error) error {
	var err error
	switch r.point(r.calling, offers) {
	case Refuses:
		err = fmt.Errorf("%w: %s will not do %s", saga.Refused, who, key)
	case DoesNothing:
		err = fmt.Errorf("%w: %s did nothing for %s", saga.NotDone, who, key)
	case BreaksBefore:
		err = fmt.Errorf("no answer from %s about %s: connection reset", who, key)
	case BreaksAfter:
		_ = do() // nobody hears it
		err = fmt.Errorf("no answer from %s about %s: connection reset", who, key)
	default:
		err = do()
	}
	r.heard = saga.OutcomeOf(err)
	return err
}
