package load

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Group is one workload at one number of callers: what a table compares.
type Group struct {
	Workload Workload
	Callers  int
	Lines    []Line
}

// Line is one contestant over all rounds.
type Line struct {
	Contestant     string
	Rate, P50, P99 Spread // sagas/s and milliseconds
	CPU            Spread // seconds per 1000 sagas, participants left out
	WAL, Writes    Spread // bytes and writing transactions per saga
	Ratio          Spread // of the rate to the baseline's in the same round
}

// Spread is a figure over the rounds. It is not a number if a round does not know it.
type Spread struct{ Median, Least, Most float64 }

func spreadOf(results []Result, figure func(Result) float64) Spread {
	var all []float64
	for _, r := range results {
		all = append(all, figure(r))
	}
	if slices.ContainsFunc(all, math.IsNaN) {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	return Spread{median(all), slices.Min(all), slices.Max(all)}
}

// in formats the median.
func (s Spread) in(format string) string { return number(format, s.Median) }

func (s Spread) rangeIn(format string) string {
	if math.IsNaN(s.Median) {
		return "-"
	}
	return fmt.Sprintf(format+"–"+format, s.Least, s.Most)
}

func number(format string, x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf(format, x)
}

// Summarise groups results in the order of the first round.
func Summarise(results []Result, baseline string) []Group {
	var groups []Group
	for _, r := range results {
		if r.Round != 1 {
			continue
		}
		last := len(groups) - 1
		if last < 0 || groups[last].Workload != r.Workload || groups[last].Callers != r.Callers {
			groups = append(groups, Group{Workload: r.Workload, Callers: r.Callers})
			last++
		}
		groups[last].Lines = append(groups[last].Lines, lineOf(results, r, baseline))
	}
	return groups
}

// lineOf gathers the rounds of the case that one belongs to.
func lineOf(results []Result, one Result, baseline string) Line {
	var rounds []Result
	for _, r := range results {
		if r.Workload == one.Workload && r.Callers == one.Callers && r.Contestant == one.Contestant {
			rounds = append(rounds, r)
		}
	}
	return Line{
		Contestant: one.Contestant,
		Rate:       spreadOf(rounds, func(r Result) float64 { return r.Rate }),
		P50:        spreadOf(rounds, func(r Result) float64 { return ms(r.P50) }),
		P99:        spreadOf(rounds, func(r Result) float64 { return ms(r.P99) }),
		CPU:        spreadOf(rounds, func(r Result) float64 { return r.cpu() * 1000 }),
		WAL:        spreadOf(rounds, func(r Result) float64 { return r.Database.WAL }),
		Writes:     spreadOf(rounds, func(r Result) float64 { return r.Database.Transactions }),
		Ratio:      spreadOf(rounds, func(r Result) float64 { return r.Rate / rateOf(results, r, baseline) }),
	}
}

// rateOf is what the baseline did in the same case and round; not a number if it did not run.
func rateOf(results []Result, of Result, baseline string) float64 {
	for _, r := range results {
		if r.Contestant == baseline && r.Round == of.Round && r.Workload == of.Workload && r.Callers == of.Callers {
			return r.Rate
		}
	}
	return math.NaN()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
