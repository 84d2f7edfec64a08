package fault

import (
	"cmp"
	"fmt"
)

// Arm adds faults, all of them or none. Of several that wait for the same call the one that was
// armed first strikes. The error matches [ErrInvalid] if one of them cannot happen; any other is
// about a database that did not take the trigger of a Reject.
func (f *Faults) Arm(faults ...Fault) error {
	f.arming.Lock()
	defer f.arming.Unlock()
	if have := len(f.Armed()); have+len(faults) > maxArmed {
		return fmt.Errorf("%w: %d faults are armed and %d more are too many; clear them first", ErrInvalid, have, len(faults))
	}
	for _, x := range faults {
		if err := x.check(f.fitting(x.At)); err != nil {
			return err
		}
	}
	if err := f.stand(faults); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range faults {
		x.Times = cmp.Or(x.Times, 1)
		f.armed = append(f.armed, x)
	}
	return nil
}

// Armed lists what waits, in the order of arming; Times is what is left of it, at least 1, or -1.
func (f *Faults) Armed() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Fault{}, f.armed...)
}

// fitting are the kinds of a place, as far as it is known.
func (f *Faults) fitting(at string) []Kind {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.publishers[at]:
		return onPublish()
	case f.rejections[at] != nil:
		return append(onHTTP(), Reject)
	}
	return onHTTP()
}
