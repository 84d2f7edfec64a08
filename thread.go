package saga

import (
	"cmp"
	"slices"
	"time"
)

// thread is an open step: where it is, and what is to be done about it next. An instance has one; in
// a parallel group one for each branch that has not come to its end, and the others beside its own.
type thread struct {
	Step   int       `json:"p,omitempty"`
	Call   CallKind  `json:"c,omitempty"`
	Calls  int       `json:"a,omitempty"` // made to the step in this direction
	Due    time.Time `json:"d,omitzero"`  // not before; zero is at once, unless still
	Still  bool      `json:"z,omitempty"` // does not move by itself
	Waits  bool      `json:"g,omitempty"` // for a reply to the call, until Due
	Reason Reason    `json:"r,omitempty"` // why it needs attention
	Detail string    `json:"x,omitempty"` // what was last said that was not a success
}

// width is how many steps are open.
func (p *progress) width() int { return 1 + len(p.Others) }

// nth returns one of the open steps; the first is the instance's own.
func (p *progress) nth(i int) *thread {
	if i == 0 {
		return &p.thread
	}
	return &p.Others[i-1]
}

// find returns the thread of an open step; nil if the step is not open.
func (p *progress) find(step int) *thread {
	for i := range p.width() {
		if t := p.nth(i); t.Step == step {
			return t
		}
	}
	return nil
}

// wakes is when the first of the open steps moves by itself, which is at once if that is the zero
// time; false if none ever does.
func (p *progress) wakes() (due time.Time, ever bool) {
	for i := range p.width() {
		if t := p.nth(i); !t.Still && (!ever || t.Due.Before(due)) {
			due, ever = t.Due, true
		}
	}
	return due, ever
}

// focused returns the instance as it stands at one of its open steps; nil if that step is not open.
func (in *instance) focused(step int) *instance {
	switch {
	case in.Step == step || len(in.Others) == 0:
		return in
	case in.find(step) == nil:
		return nil
	}
	out := *in
	out.Others = slices.Clone(in.Others)
	out.focus(step)
	return &out
}

// focus puts the thread of a step into the instance's own place.
func (p *progress) focus(step int) {
	for i := range p.Others {
		if p.Others[i].Step == step {
			p.thread, p.Others[i] = p.Others[i], p.thread
		}
	}
	p.Status = p.standsAt()
}

// standsAt is the status that the instance's own thread has for itself.
func (p *progress) standsAt() Status {
	switch {
	case p.Status.Ended():
		return p.Status
	case p.Reason != "":
		return NeedsAttention
	case p.Back:
		return Compensating
	}
	return Running
}

// join puts the thread of which people should hear into the instance's own place: the first that needs
// attention, else the first.
func (p *progress) join() {
	if len(p.Others) == 0 {
		return
	}
	all := append(p.Others, p.thread)
	slices.SortFunc(all, func(a, b thread) int {
		if (a.Reason == "") != (b.Reason == "") {
			return cmp.Compare(b.Reason, a.Reason)
		}
		return cmp.Compare(a.Step, b.Step)
	})
	p.thread, p.Others = all[0], all[1:]
	p.Status = p.standsAt()
}

// each does something at each of the open steps, in the order of the definition.
func (d *decision) each(do func()) {
	if len(d.Others) == 0 {
		do()
		return
	}
	own, steps := d.Step, make([]int, 0, d.width())
	for i := range d.width() {
		steps = append(steps, d.nth(i).Step)
	}
	slices.Sort(steps)
	for _, step := range steps {
		if d.find(step) != nil {
			d.focus(step)
			do()
		}
	}
	if d.find(own) != nil {
		d.focus(own)
	}
}
