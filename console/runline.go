package console

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// stopMark is how one stop of a run line is drawn.
type stopMark string

const (
	stopDone    stopMark = "done"
	stopNo      stopMark = "no"
	stopNone    stopMark = "none" // a call that did nothing
	stopUnknown stopMark = "unknown"
	stopFlag    stopMark = "flag" // unknown or stuck, and a person is needed
	stopOpen    stopMark = "open" // under way
)

// stop is one call in a run line.
type stop struct {
	Step int // from 0
	Back bool
	Mark stopMark
}

// runLine is what one run looks like at the size of a line of text: a stop every 13 px in order of
// time, its height the step. A way back is a double line, so a compensated run is a V.
type runLine struct {
	Stops []stop
	Steps int
	Label string // the same in words
}

const (
	stopGap    = 13
	lineHeight = 28
	lineEdge   = 6
)

// SVG draws the run line.
func (l runLine) SVG() template.HTML {
	var b strings.Builder
	todo := l.todo()
	width := 2*lineEdge + stopGap*(max(len(l.Stops)+len(todo), 1)-1)
	fmt.Fprintf(&b, `<svg class="run-line" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		width, lineHeight, width, lineHeight, template.HTMLEscapeString(l.Label))
	for i := 1; i < len(l.Stops); i++ {
		l.leg(&b, i)
	}
	for i, step := range todo {
		fmt.Fprintf(&b, `<circle class="rl-todo" cx="%d" cy="%s" r="1.8"/>`, lineEdge+stopGap*(len(l.Stops)+i), px(l.y(step)))
	}
	for i, s := range l.Stops {
		s.draw(&b, float64(lineEdge+stopGap*i), l.y(s.Step))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) // the label is escaped, the rest are numbers and our own names
}

// y is the height of a step.
func (l runLine) y(step int) float64 {
	return 5 + float64(lineHeight-10)*float64(step)/float64(max(l.Steps-1, 1))
}

// todo lists the steps still to come, for a run that goes forward and has not ended.
func (l runLine) todo() []int {
	last := -1
	if n := len(l.Stops); n > 0 {
		end := l.Stops[n-1]
		if end.Back || end.Mark == stopDone || end.Mark == stopNo {
			return nil
		}
		last = end.Step
	}
	var steps []int
	for step := last + 1; step < l.Steps; step++ {
		steps = append(steps, step)
	}
	return steps
}

// leg draws the line from the stop before to stop i.
func (l runLine) leg(b *strings.Builder, i int) {
	p, s := l.Stops[i-1], l.Stops[i]
	x1, x2 := float64(lineEdge+stopGap*(i-1)), float64(lineEdge+stopGap*i)
	y1, y2 := l.y(p.Step), l.y(s.Step)
	switch {
	case p.Step == s.Step && p.Mark != stopDone:
		fmt.Fprintf(b, `<path class="rl-w" d="M%s %sH%s"/>`, px(x1), px(y1), px(x2))
	case !s.Back:
		fmt.Fprintf(b, `<path class="rl-f" d="M%s %sL%s %s"/>`, px(x1), px(y1), px(x2), px(y2))
	default:
		length := math.Hypot(x2-x1, y2-y1)
		nx, ny := -(y2-y1)/length*1.5, (x2-x1)/length*1.5
		fmt.Fprintf(b, `<path class="rl-b" d="M%s %sL%s %sM%s %sL%s %s"/>`,
			px(x1+nx), px(y1+ny), px(x2+nx), px(y2+ny), px(x1-nx), px(y1-ny), px(x2-nx), px(y2-ny))
	}
}

func (s stop) draw(b *strings.Builder, x, y float64) {
	switch s.Mark {
	case stopDone:
		class, r := "rl-stop", "2.7"
		if s.Back {
			class, r = "rl-undo", "2.9"
		}
		fmt.Fprintf(b, `<circle class="%s" cx="%s" cy="%s" r="%s"/>`, class, px(x), px(y), r)
	case stopNo:
		fmt.Fprintf(b, `<rect class="rl-no" x="%s" y="%s" width="8" height="8"/>`, px(x-4), px(y-4))
	case stopNone:
		fmt.Fprintf(b, `<rect class="rl-none" x="%s" y="%s" width="6" height="2.4"/>`, px(x-3), px(y-1.2))
	case stopUnknown, stopFlag:
		fmt.Fprintf(b, `<path class="rl-%s" d="M%s %sl5.2 5.2l-5.2 5.2l-5.2 -5.2z"/>`, s.Mark, px(x), px(y-5.2))
	default:
		class := "rl-open"
		if s.Back {
			class = "rl-open-b"
		}
		fmt.Fprintf(b, `<circle class="%s" cx="%s" cy="%s" r="3.4"/>`, class, px(x), px(y))
	}
}

// px writes a coordinate with one decimal at most.
func px(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
