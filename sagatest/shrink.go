package sagatest

import "slices"

// mostShrinks bounds the runs that shrinking takes, mostWork what is done in them, since a run that does not
// end is long, and mostShift how far points are thought to move when a fault before them does not strike.
const (
	mostShrinks = 4000
	mostWork    = 5_000_000
	mostShift   = 24
)

// shrink looks for a schedule that breaks the same guarantee with fewer faults, then with plainer
// ones, then with earlier ones. Dropping a fault moves the points that follow it, so the rest is tried
// to both sides.
func (s *search) shrink(schedule Schedule, g Guarantee) Schedule {
	rd := &reader{}
	work := 0
	for left := mostShrinks; left > 0; {
		better := false
		for _, try := range slices.Concat(shorter(schedule), plainer(schedule), earlier(schedule)) {
			if !simpler(try, schedule) {
				continue
			}
			r := s.run(rd, byHand(try), false)
			if found := r.faults(); r.broken != nil && r.broken.guarantee == g && simpler(found, schedule) {
				schedule, better = found, true
				break
			}
			work += r.effort
			if left--; left == 0 || work > mostWork || r.slow() {
				left = 0
				break
			}
		}
		if !better {
			break
		}
	}
	return schedule
}

// shorter lists the schedules without one of the faults, those after it moved by few points first.
func shorter(s Schedule) (out []Schedule) {
	for by := 0; by <= mostShift; by++ {
		for i := range s {
			if by != 0 && i == len(s)-1 {
				break
			}
			for _, shift := range []int{by, -by} {
				try := append(slices.Clone(s[:i]), s[i+1:]...)
				for j := i; j < len(try); j++ {
					try[j].At += shift
				}
				out = append(out, try)
			}
		}
	}
	return out
}

// plainer lists the schedules in which one of the faults is a lost call, a lost answer or a crash
// somewhere near.
func plainer(s Schedule) (out []Schedule) {
	for i := range s {
		from, to := 0, s[i].At+mostShift
		if i > 0 {
			from = s[i-1].At + 1
		}
		if i < len(s)-1 {
			to = s[i+1].At - 1
		}
		for _, k := range []Kind{CallLost, AnswerLost, CrashBefore, CrashInCall} {
			for at := from; at <= to; at++ {
				try := slices.Clone(s)
				try[i] = Fault{at, k}
				out = append(out, try)
			}
		}
	}
	return out
}

// earlier lists the schedules in which one of the faults strikes at an earlier point.
func earlier(s Schedule) (out []Schedule) {
	for i := range s {
		from := 0
		if i > 0 {
			from = s[i-1].At + 1
		}
		for at := from; at < s[i].At; at++ {
			try := slices.Clone(s)
			try[i].At = at
			out = append(out, try)
		}
	}
	return out
}

// simpler reports whether a has fewer faults than b, or as many that are plainer, or earlier.
func simpler(a, b Schedule) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	plain := func(s Schedule) (sum int) {
		for _, f := range s {
			sum += int(f.Do)
		}
		return sum
	}
	if x, y := plain(a), plain(b); x != y {
		return x < y
	}
	return slices.CompareFunc(a, b, func(x, y Fault) int { return x.At - y.At }) < 0
}
