package compare

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is what was measured, in the order in which it was. The outcomes of all of it were checked.
type Report struct {
	Loads    []Load
	Troubles []Trouble

	config Config
	made   int // systems
}

// Print writes the report as tables in Markdown.
func (r *Report) Print(out io.Writer) error {
	var b strings.Builder
	r.printLoads(&b)
	r.printSpans(&b)
	r.printTroubles(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

func (r *Report) printLoads(b *strings.Builder) {
	how := fmt.Sprintf("median of %d rounds of %d (lowest to highest round)", r.config.Rounds, r.config.Buyers)
	if r.config.Rounds == 1 {
		how = fmt.Sprintf("one round of %d", r.config.Buyers)
	}
	columns := measures(r.config.Buyers)
	fmt.Fprintf(b, "Payments until the tickets are there: %s.\n\n| at a time | system |", how)
	for _, m := range columns {
		b.WriteString(" " + m.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, c := range r.config.Concurrency {
		for _, name := range []string{monolithName, servicesName} {
			var rounds []Load
			for _, l := range r.Loads {
				if l.System == name && l.Concurrency == c {
					rounds = append(rounds, l)
				}
			}
			fmt.Fprintf(b, "| %d | %s |", c, name)
			for _, m := range columns {
				b.WriteString(" " + spread(rounds, m.of, m.unit) + " |")
			}
			b.WriteString("\n")
		}
	}
}

// measure is a column of the first table.
type measure struct {
	name, unit string
	of         func(Load) float64
}

// measures are the columns for rounds of so many payments. A percentile of fewer than there are parts to it would be
// the longest under another name.
func measures(payments int) []measure {
	all := []measure{{"p50", " ms", func(l Load) float64 { return ms(l.P50) }}}
	if payments >= 20 {
		all = append(all, measure{"p95", " ms", func(l Load) float64 { return ms(l.P95) }})
	}
	if payments >= 100 {
		all = append(all, measure{"p99", " ms", func(l Load) float64 { return ms(l.P99) }})
	}
	return append(all, measure{"longest", " ms", func(l Load) float64 { return ms(l.Longest) }},
		measure{"a second", "", func(l Load) float64 { return l.PerSecond }})
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// spread is the median of some rounds, with the lowest and the highest; of one round, what it was.
func spread(rounds []Load, of func(Load) float64, unit string) string {
	values := make([]float64, len(rounds))
	for i, l := range rounds {
		values[i] = of(l)
	}
	if len(values) == 0 {
		return ""
	}
	slices.Sort(values)
	if len(values) == 1 {
		return short(values[0]) + unit
	}
	return fmt.Sprintf("%s%s (%s to %s)", short(values[len(values)/2]), unit, short(values[0]), short(values[len(values)-1]))
}

// short is a number with as many digits as are worth reading.
func short(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// printSpans prints how long transactions were open, by concurrency and file.
func (r *Report) printSpans(b *strings.Builder) {
	b.WriteString("\nHow long database transactions were open, all rounds: the longest, and the median of the rounds' medians.\n\n")
	b.WriteString("| at a time | file | transactions | median | longest |\n|---|---|---|---|---|\n")
	for _, c := range r.config.Concurrency {
		files := map[string][]Span{}
		var names []string
		for _, l := range r.Loads {
			if l.Concurrency != c {
				continue
			}
			for _, s := range l.Spans {
				if files[s.File] == nil {
					names = append(names, s.File)
				}
				files[s.File] = append(files[s.File], s)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			fmt.Fprintf(b, "| %d | %s |%s\n", c, name, sum(files[name]))
		}
	}
}

func sum(spans []Span) string {
	n, longest := 0, time.Duration(0)
	var medians []time.Duration
	for _, s := range spans {
		n += s.Transactions
		longest = max(longest, s.Longest)
		medians = append(medians, s.P50)
	}
	return fmt.Sprintf(" %d | %.2f ms | %.1f ms |", n, ms(quantile(medians, .5)), ms(longest))
}

func (r *Report) printTroubles(b *strings.Builder) {
	fmt.Fprintf(b, "\nOne part in trouble for %v: requests that succeeded meanwhile, of those that were sent, and the 95th percentile of\n"+
		"all that succeeded (of fewer than 20: the longest). Later: payments that came to a good end by themselves after the\n"+
		"part was back, and how long the last took. Refused: those that their buyers had to send again; all of them\n"+
		"succeeded then.\n\n", r.config.Outage)
	b.WriteString("| trouble | system | payments | later | refused | seats | balance | charge | hold | longest transaction |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, t := range r.Troubles {
		later := fmt.Sprint(t.Later)
		if t.Later > 0 {
			later += fmt.Sprintf(" (%.1f s)", t.Settled.Seconds())
		}
		fmt.Fprintf(b, "| %s | %s | %v | %s | %d | %v | %v | %v | %v | %s |\n",
			t.Trouble, t.System, t.Pay, later, t.Refused, t.Seats, t.Balance, t.Charge, t.Hold, longest(t.Spans))
	}
}

// String is for the table.
func (k Kind) String() string {
	if k.P95 == 0 {
		return fmt.Sprintf("%d/%d", k.Good, k.Sent)
	}
	return fmt.Sprintf("%d/%d, %.0f ms", k.Good, k.Sent, ms(k.P95))
}

func longest(spans []Span) string {
	if len(spans) == 0 {
		return ""
	}
	s := slices.MaxFunc(spans, func(a, b Span) int { return int(a.Longest - b.Longest) })
	return fmt.Sprintf("%.0f ms (%s)", ms(s.Longest), s.File)
}
