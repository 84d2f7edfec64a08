package flaw

import (
	"context"
	"io"
	"path/filepath"
	"time"
)

// eight is when every play begins: eight in the evening.
func eight() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }

// act is what a side does in a step, and what can be seen of it.
type act func(ctx context.Context) (string, error)

// proof counts how an invariant stands on one side.
type proof func(ctx context.Context) (Finding, error)

// stage is where a schedule is played on both sides. After the first error it does nothing any more.
type stage struct {
	folder string
	now    time.Time
	opened []io.Closer
	result Result
	failed error
}

// clock is the time on both sides.
func (s *stage) clock() time.Time { return s.now }

// at sets it.
func (s *stage) at(minute int) { s.now = eight().Add(time.Duration(minute) * time.Minute) }

func (s *stage) file(name string) string { return filepath.Join(s.folder, name+".db") }

// closing has something closed at the end of the play.
func (s *stage) closing(c io.Closer) { s.opened = append(s.opened, c) }

// step lets both sides do the same.
func (s *stage) step(ctx context.Context, what string, naive, real act) {
	if s.failed != nil {
		return
	}
	done := Step{What: what}
	if done.Naive, s.failed = naive(ctx); s.failed == nil {
		done.Real, s.failed = real(ctx)
	}
	s.result.Steps = append(s.result.Steps, done)
}

// judge ends a play.
func (s *stage) judge(ctx context.Context, naive, real proof) {
	if s.failed != nil {
		return
	}
	if s.result.Naive, s.failed = naive(ctx); s.failed == nil {
		s.result.Real, s.failed = real(ctx)
	}
}

// nothing is a side that has nothing to do in a step.
func nothing(why string) act {
	return func(context.Context) (string, error) { return why, nil }
}
