package fault

import "slices"

// Clear disarms everything and lets all tables take rows again. What Delay and HoldReply keep, they
// keep until [Faults.Release]; the rates of [Faults.Random] stay. An error says which database
// still refuses, though that is not armed any more; repeat it.
func (f *Faults) Clear() error {
	f.arming.Lock()
	defer f.arming.Unlock()
	f.mu.Lock()
	f.armed = nil
	f.mu.Unlock()
	return f.lift(f.standing())
}

// Disarm takes away what is armed of a kind at a place, and leaves the rest in its order. Of a
// Reject the table takes rows again; the error is about a database that did not let it.
func (f *Faults) Disarm(at string, kind Kind) error {
	f.arming.Lock()
	defer f.arming.Unlock()
	f.mu.Lock()
	r := f.rejections[at]
	f.mu.Unlock()
	if kind == Reject && r != nil && r.standing {
		if err := f.lift([]*rejection{r}); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = slices.DeleteFunc(f.armed, func(x Fault) bool { return x.At == at && x.Kind == kind })
	return nil
}
