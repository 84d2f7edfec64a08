package main

import (
	"fmt"
	"slices"
	"time"
)

// group is one workload at one number of callers: what its table compares.
type group struct {
	workload workload
	callers  int
	lines    []line
}

// line is one contestant over all rounds.
type line struct {
	contestant          string
	rate, p50, p99, cpu spread // sagas/s and milliseconds
	ratio               spread // to the baseline in the same round
}

// spread is a figure over the rounds.
type spread struct{ median, least, most float64 }

func spreadOf(of []float64) spread {
	return spread{median(of), slices.Min(of), slices.Max(of)}
}

func (s spread) rangeIn(format string) string {
	return fmt.Sprintf(format+"–"+format, s.least, s.most)
}

// summarise groups results in the order of the first round.
func summarise(results []result) []group {
	var groups []group
	for _, r := range results {
		if r.round != 1 {
			continue
		}
		last := len(groups) - 1
		if last < 0 || groups[last].workload != r.workload || groups[last].callers != r.callers {
			groups = append(groups, group{workload: r.workload, callers: r.callers})
			last++
		}
		groups[last].lines = append(groups[last].lines, lineOf(results, r))
	}
	return groups
}

// lineOf gathers the rounds of the case that one belongs to.
func lineOf(results []result, one result) line {
	var rate, p50, p99, cpu, ratio []float64
	for _, r := range results {
		if r.workload != one.workload || r.callers != one.callers {
			continue
		}
		if r.contestant != one.contestant {
			continue
		}
		rate = append(rate, r.rate)
		p50, p99, cpu = append(p50, ms(r.p50)), append(p99, ms(r.p99)), append(cpu, ms(r.cpu))
		ratio = append(ratio, r.rate/baselineRate(results, r))
	}
	return line{one.contestant, spreadOf(rate), spreadOf(p50), spreadOf(p99), spreadOf(cpu), spreadOf(ratio)}
}

// baselineRate is what the baseline did in the same case and round.
func baselineRate(results []result, of result) float64 {
	for _, r := range results {
		if r.contestant == baseline && r.round == of.round && r.workload == of.workload && r.callers == of.callers {
			return r.rate
		}
	}
	return 0
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
