package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

// Play plays rows, several at once, and calls told with the result of each in the order of the rows, never
// two at a time. The error is about a system that could not be started, or the context's; the rows that
// were not played then have no result.
func Play(ctx context.Context, config Config, rows []scenario.Row, told func(scenario.Result)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := stage{config: config, results: make([]chan scenario.Result, len(rows)), failed: make(chan error, 1), stop: stop}
	defer s.playing.Wait()
	for i := range rows {
		s.results[i] = make(chan scenario.Result, 1)
	}
	s.open(ctx, "patient", forever, pick(rows, false))
	s.open(ctx, "hasty", cmp.Or(config.Budget, time.Second), pick(rows, true))
	for _, result := range s.results {
		select {
		case r := <-result:
			told(r)
		case <-ctx.Done():
			s.playing.Wait()
			select {
			case err := <-s.failed:
				return err
			default:
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// stage plays rows.
type stage struct {
	config  Config
	results []chan scenario.Result // by the row's place in the list
	failed  chan error             // the first one only
	stop    context.CancelFunc
	playing sync.WaitGroup
}

// cue is a row and its place in the list.
type cue struct {
	at  int
	row scenario.Row
}

func pick(rows []scenario.Row, hasty bool) (cues []cue) {
	for i, row := range rows {
		if row.Hasty == hasty {
			cues = append(cues, cue{i, row})
		}
	}
	return cues
}

// open starts as many lanes as are of use.
func (s *stage) open(ctx context.Context, name string, budget time.Duration, cues []cue) {
	queue := make(chan cue, len(cues))
	for _, c := range cues {
		queue <- c
	}
	close(queue)
	for n := range min(cmp.Or(s.config.Lanes, 2), len(cues)) {
		s.playing.Go(func() {
			err := s.play(ctx, fmt.Sprintf("%s-%d", name, n+1), budget, queue)
			if err != nil && !errors.Is(err, context.Canceled) {
				select {
				case s.failed <- err:
				default:
				}
				s.stop()
			}
		})
	}
}

// play is a lane from its beginning to its end.
func (s *stage) play(ctx context.Context, name string, budget time.Duration, queue <-chan cue) error {
	l, system, err := openLane(ctx, s.config, name, budget)
	if err != nil {
		return fmt.Errorf("stage: %s: %w", name, err)
	}
	defer l.close()
	for c := range queue {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.results[c.at] <- scenario.Play(ctx, system, c.row)
	}
	return nil
}
