package saga

import (
	"slices"
	"time"
)

// Shape is what a definition looks like without its functions. It is all that deciding needs, and
// it is stored, so that tools can explain an instance without the program that defined it.
type Shape struct {
	Name         string        `json:"name"`
	Version      int           `json:"version"`
	Deadline     time.Duration `json:"deadline,omitempty"` // nanoseconds; zero if none
	LeaveInDoubt bool          `json:"leaveInDoubt,omitempty"`
	Steps        []StepShape   `json:"steps"`

	undo RetryPolicy // of compensations and fences; set by withDefaults
}

// StepShape is the shape of one step. Zero durations and policies mean the engine's defaults.
type StepShape struct {
	Name         string        `json:"name"`
	Kind         Kind          `json:"kind"`
	Compensation bool          `json:"compensation,omitempty"`
	Probe        bool          `json:"probe,omitempty"`
	Fence        bool          `json:"fence,omitempty"`
	Timeout      time.Duration `json:"timeout,omitempty"`
	Retry        RetryPolicy   `json:"retry,omitzero"`
	Replayable   bool          `json:"replayable,omitempty"`
	Reply        bool          `json:"reply,omitempty"`
	ReplyTimeout time.Duration `json:"replyTimeout,omitempty"`
	When         bool          `json:"when,omitempty"`
	Sleep        bool          `json:"sleep,omitempty"`
	Expects      bool          `json:"expects,omitempty"` // nobody is called; a reply tells that it was done

	// Group numbers the parallel group that the step is in, from 1, and Branch the branch of it, from
	// 0. Both are zero outside.
	Group  int `json:"group,omitempty"`
	Branch int `json:"branch,omitempty"`
}

// pivot is the index of the first step that cannot be undone, or len(Steps).
func (s *Shape) pivot() int {
	for i := range s.Steps {
		if k := s.Steps[i].Kind; k != Compensatable && k != ReadOnly {
			return i
		}
	}
	return len(s.Steps)
}

// fits reports whether an instance of one shape can go on under the other: the same steps of the
// same nature. Deadlines, timeouts and retry policies may be tuned without a new version.
func (s *Shape) fits(o *Shape) bool {
	return s.Name == o.Name && s.Version == o.Version && slices.EqualFunc(s.Steps, o.Steps, func(a, b StepShape) bool {
		a.Timeout, a.ReplyTimeout, a.Retry = 0, 0, RetryPolicy{}
		b.Timeout, b.ReplyTimeout, b.Retry = 0, 0, RetryPolicy{}
		return a == b
	})
}

// withDefaults returns a copy in which every step has its own timeout and policy.
func (s Shape) withDefaults(c *Config) *Shape {
	s.undo = c.CompensationRetry
	steps := make([]StepShape, len(s.Steps))
	for i, st := range s.Steps {
		if st.Timeout == 0 {
			st.Timeout = c.Timeout
		}
		st.Retry = st.Retry.or(c.Retry)
		steps[i] = st
	}
	s.Steps = steps
	return &s
}
