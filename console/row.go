package console

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"time"

	"github.com/seosa-dev/saga"
)

// row is one instance in the list.
type row struct {
	speaker
	HTMLID     string
	ID, Href   string
	Definition string
	Mark       mark
	Age        string // since we stopped knowing or it took its status; how long it ran, if it ended
	Run        template.HTML
	Step       string
	Started    time.Time
	Day        string
	Attempts   int
	About      string
	Explain    string // of one that needs a person
	story      *story
}

// rowOf draws one instance in short.
func (v viewer) rowOf(s *story) row {
	in := s.In
	r := row{speaker: v.speaker, HTMLID: rowID(in.ID), ID: in.ID, Href: v.transaction(in.ID), Definition: in.Definition,
		Mark: standingOf(in).mark(), Run: s.runLine(v.speaker).SVG(), Step: in.Step, Started: in.Started,
		Day: v.Day(in.Started, s.Now), Attempts: s.calls(saga.CallAction, saga.CallCompensation), story: s}
	r.Age = v.Duration(s.age())
	if in.Back && in.Step != "" {
		r.Step = v.Say("log.undo", "step", in.Step)
	}
	if in.Status == saga.NeedsAttention {
		r.Explain = v.explain(in)
	}
	if v.describe != nil {
		r.About = v.describe(in, v.Lang)
	}
	return r
}

// age counts from when we stopped knowing; where everything is known, from the start.
func (s *story) age() time.Duration {
	if sp, open := s.openSpan(); open {
		return sp.To.Sub(sp.From)
	}
	if s.In.Status == saga.NeedsAttention {
		return s.end().Sub(s.In.Since)
	}
	return s.took()
}

// rowID names a row's element; ids of instances may hold anything, this holds hex only.
func rowID(id string) string {
	h := fnv.New64a()
	h.Write([]byte(id))
	return fmt.Sprintf("r%016x", h.Sum64())
}
