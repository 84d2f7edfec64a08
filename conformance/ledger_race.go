package conformance

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/seosa-dev/saga/participant"
)

func ledgerRaceChecks() []ledgerCheck {
	return []ledgerCheck{
		{"Operation/eight-callers-of-one-key", eightCallersOfOneKey},
		{"Operation/do-undo-and-fence-racing", doUndoAndFenceRacing},
		{"Operation/a-probe-waits-for-a-do-under-way", probeWaits},
	}
}

func eightCallersOfOneKey(s *shelf) {
	told := make([]participant.Entry, 8)
	var callers sync.WaitGroup
	for i := range told {
		callers.Go(func() { told[i] = s.entry(participant.Applied)(s.pick.Do(s.Context(), "k", twoCats)) })
	}
	callers.Wait()
	for _, e := range told {
		if !reflect.DeepEqual(e, told[0]) {
			s.Errorf("one was told %+v, another %+v", told[0], e)
		}
	}
	s.want(98, 100, 1)
}

func doUndoAndFenceRacing(s *shelf) {
	var race sync.WaitGroup
	for i := range 10 {
		key := fmt.Sprint("k", i)
		for range 2 {
			race.Go(func() {
				if _, err := s.pick.Do(s.Context(), key, []byte(`{"items":{"cat":1}}`)); err != nil {
					s.Error(err)
				}
			})
			race.Go(func() {
				if e, err := s.pick.Undo(s.Context(), key); err != nil || e.State != participant.Reverted && e.State != participant.Cancelled {
					s.Errorf("an undo ends with %+v, %v", e, err)
				}
			})
		}
		race.Go(func() {
			if e, err := s.pick.Fence(s.Context(), key); err != nil || e.State == participant.None {
				s.Errorf("a fence ends with %+v, %v", e, err)
			}
		})
	}
	race.Wait()
	s.want(100, 100, 10)
}

// The do ends a moment after the probe was asked. Who does not wait has answered by then.
func probeWaits(s *shelf) {
	inside, goOn := make(chan struct{}), make(chan struct{})
	w := picking("pick")
	w.Do = func(ctx context.Context, tx Stock, key string, p Pick) (string, error) {
		close(inside)
		<-goOn
		return take(ctx, tx, key, p)
	}
	var both sync.WaitGroup
	both.Go(func() { s.entry(participant.Applied)(s.Operation(w).Do(s.Context(), "k", twoCats)) })
	<-inside
	both.Go(func() { s.entry(participant.Applied)(s.pick.Probe(s.Context(), "k")) })
	<-time.After(50 * time.Millisecond)
	close(goOn)
	both.Wait()
}
