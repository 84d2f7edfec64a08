package saga

import "slices"

// flight is a call under way.
type flight struct {
	step   int
	serial int64
	reply  *kept // that it hears; nil if it is a call of the open step
}

// calling reports whether a call is under way.
func (r *resident) calling() bool { return len(r.flights) > 0 }

// calls reports whether a step is being called.
func (r *resident) calls(step int) bool {
	return slices.ContainsFunc(r.flights, func(f flight) bool { return f.step == step })
}

// busy lists the steps that are being called; nil if none is.
func (r *resident) busy() []int {
	if len(r.flights) == 0 || len(r.now.Others) == 0 {
		return nil
	}
	steps := make([]int, len(r.flights))
	for i, f := range r.flights {
		steps[i] = f.step
	}
	return steps
}

// ended takes out the call with a serial. It is false if the node no longer waits for it.
func (r *resident) ended(serial int64) (flight, bool) {
	for i, f := range r.flights {
		if f.serial == serial {
			r.flights = slices.Delete(r.flights, i, i+1)
			return f, true
		}
	}
	return flight{}, false
}

// sure reports whether it is durable that a step is open as it is.
func (r *resident) sure(t *thread) bool {
	if r.undone == 0 || r.known == nil {
		return r.undone == 0
	}
	known := r.known.find(t.Step)
	return known != nil && *known == *t && r.known.live() && r.known.Back == r.now.Back
}
