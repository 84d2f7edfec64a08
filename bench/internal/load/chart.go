package load

import (
	"fmt"
	"html"
	"math"
	"os"
	"strings"
)

// The chart has a panel for each number of callers, side by side, and in it a bar for each
// contestant. Panels have scales of their own: a common one would leave nothing of the first.
const (
	chartNames  = 176 // width of the contestants' names
	chartPanel  = 212
	chartGap    = 18
	chartNumber = 74 // what the number behind the longest bar needs
	chartTop    = 92
	chartMargin = 10
	chartRow    = 32
	chartBar    = 18
)

const chartStyle = `<style>
text { font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.quiet { font-size: 12px; fill: #59636e }
.panel { font-weight: 600 }
.number { font-weight: 600; font-variant-numeric: tabular-nums }
.bar { fill: #b6bfc9 }
.ours { fill: #2a78d6 }
.name.own { font-weight: 600 }
.axis { stroke: #8b949e; stroke-width: 1 }
.range { stroke: #1f2328; stroke-opacity: .55; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.quiet { fill: #9198a1 }
.bar { fill: #4a535e }
.ours { fill: #4c96ee }
.axis { stroke: #6e7681 }
.range { stroke: #f0f6fc }
}
</style>
`

// WriteChart draws the rates of W1.
func (r Report) WriteChart(path string) error {
	var groups []Group
	for _, g := range r.Groups {
		if g.Workload.Name == "W1" {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 {
		return fmt.Errorf("-svg draws W1, and it did not run; leave -w out or name it")
	}
	if err := os.WriteFile(path, []byte(r.chart(groups)), 0o644); err != nil {
		return fmt.Errorf("write the chart: %w", err)
	}
	return nil
}

func (r Report) chart(groups []Group) string {
	var b strings.Builder
	rows := len(groups[0].Lines)
	width := 2*chartMargin - chartGap + chartNames + len(groups)*(chartPanel+chartGap)
	bottom := chartTop + rows*chartRow
	height := bottom + 52
	w := groups[0].Workload
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="-%d 0 %d %d" role="img" aria-labelledby="t d">`+"\n",
		width, height, chartMargin, width, height)
	fmt.Fprintf(&b, "<title id=\"t\">Sagas per second</title>\n<desc id=\"d\">%s</desc>\n%s", html.EscapeString(inWords(groups)), chartStyle)
	fmt.Fprintf(&b, "<text class=\"title\" x=\"0\" y=\"22\">Sagas per second</text>\n")
	fmt.Fprintf(&b, "<text class=\"quiet\" x=\"0\" y=\"43\">%s: %s. %s. Longer is better.</text>\n",
		w.Name, html.EscapeString(w.Title), html.EscapeString(r.Where))
	for i, l := range groups[0].Lines {
		fmt.Fprintf(&b, "<text class=\"name%s\" x=\"0\" y=\"%d\">%s</text>\n", own(l), middle(i), html.EscapeString(l.Contestant))
	}
	for i, g := range groups {
		panel(&b, chartNames+i*(chartPanel+chartGap), bottom, g)
	}
	fmt.Fprintf(&b, "<text class=\"quiet\" x=\"0\" y=\"%d\">Median of %d rounds; the thin line runs from the smallest to the largest.</text>\n",
		bottom+24, rounds(r.Results))
	fmt.Fprintf(&b, "<text class=\"quiet\" x=\"0\" y=\"%d\">Every panel has its own scale. The multiple is to %s in the same rounds.</text>\n",
		bottom+42, html.EscapeString(r.Baseline))
	fmt.Fprintln(&b, "</svg>")
	return b.String()
}

// panel draws one number of callers.
func panel(b *strings.Builder, x, bottom int, g Group) {
	plural := "s"
	if g.Callers == 1 {
		plural = ""
	}
	fmt.Fprintf(b, "<text class=\"panel\" x=\"%d\" y=\"%d\">%d caller%s</text>\n", x, chartTop-14, g.Callers, plural)
	longest := 0.0
	for _, l := range g.Lines {
		longest = max(longest, l.Rate.Most)
	}
	at := func(rate float64) float64 { return float64(x) + rate/longest*(chartPanel-chartNumber) }
	for i, l := range g.Lines {
		y := chartTop + i*chartRow + (chartRow-chartBar)/2
		class := "bar"
		if own(l) != "" {
			class = "ours"
		}
		fmt.Fprintf(b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n",
			class, x, y, max(at(l.Rate.Median)-float64(x), 1), chartBar)
		if l.Rate.Most > l.Rate.Least {
			fmt.Fprintf(b, "<line class=\"range\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
				at(l.Rate.Least), at(l.Rate.Most), y+chartBar/2, y+chartBar/2)
		}
		fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%d\"><tspan class=\"number\">%s</tspan><tspan class=\"quiet\" dx=\"5\">%s</tspan></text>\n",
			at(l.Rate.Most)+7, middle(i), thousands(l.Rate.Median), multiple(l.Ratio.Median))
	}
	fmt.Fprintf(b, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", x, x, chartTop-2, bottom+2)
}

// middle is the base line of a row's text.
func middle(row int) int { return chartTop + row*chartRow + chartRow/2 + 5 }

// own marks the engine among the contestants.
func own(l Line) string {
	if strings.HasPrefix(l.Contestant, "engine") {
		return " own"
	}
	return ""
}

func rounds(results []Result) (n int) {
	for _, r := range results {
		n = max(n, r.Round)
	}
	return n
}

// multiple is a ratio with two digits that say something; nothing for an unknown one.
func multiple(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case x < 9.95:
		return fmt.Sprintf("%.1f×", x)
	}
	return fmt.Sprintf("%.0f×", x)
}

// thousands groups the digits of a rate.
func thousands(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// inWords says the chart for those who do not see it.
func inWords(groups []Group) string {
	var all []string
	for _, g := range groups {
		for _, l := range g.Lines {
			all = append(all, fmt.Sprintf("%d callers, %s: %s", g.Callers, l.Contestant, thousands(l.Rate.Median)))
		}
	}
	return strings.Join(all, "; ")
}
