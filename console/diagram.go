package console

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"
)

// train is the drawing of one run: a lane per participant, time across, down for forward and up
// for back. Where nothing happens time is compressed, and the ticks carry the exact times.
type train struct {
	Lanes  []string
	Calls  []trainCall
	Bands  []trainBand
	Label  string // the same in words
	Never  string // what stands in a lane in which nothing happened
	Offset func(time.Duration) string
}

// trainCall is one mark of the drawing, with a bar as long as its call took.
type trainCall struct {
	Number     int // 0 for none
	Lane       int
	Start, End time.Duration
	Legs       []trainLeg
	Bar        style // waiting is hatched, nothing is none
	Mark       mark
	Tick       string // instead of the time
}

// trainLeg is the way to a call from one before it. Where branches meet there are several.
type trainLeg struct {
	From int // index of the call before
	In   style
}

// trainBand is a time in which an outcome was not known.
type trainBand struct {
	From, To time.Duration
	Open     bool
	Text     string
}

// frame is the geometry of one of the two sizes in which a train is drawn.
type frame struct {
	class                 string
	width, row, left      float64
	right, top, size, gap float64
	bar, clear            float64
	names                 int // px for a lane's name
	wide                  bool
}

func wideFrame() frame {
	return frame{class: "only-wide", width: 1344, row: 42, left: 112, right: 20, top: 34, size: 18, gap: 14, bar: 8, clear: 11.5, names: 98, wide: true}
}

func narrowFrame() frame {
	return frame{class: "only-narrow", width: 358, row: 34, left: 72, right: 12, top: 38, size: 13, gap: 7, bar: 6, clear: 8, names: 62}
}

// SVG draws the train for wide and for narrow pages; the stylesheet shows one of them.
func (t train) SVG() template.HTML {
	var b strings.Builder
	for _, f := range []frame{wideFrame(), narrowFrame()} {
		d := drawing{train: t, frame: f, b: &b, x: f.scale(t)}
		d.draw()
	}
	return template.HTML(b.String()) // every text in it is escaped by drawing.text
}

// scale gives every time at which something happens its place: a gap between two of them is wide
// as the logarithm of its length, and all of them together fill the frame.
func (f frame) scale(t train) map[time.Duration]float64 {
	var points []time.Duration
	for _, c := range t.Calls {
		points = append(points, c.Start, c.End)
	}
	for _, b := range t.Bands {
		points = append(points, b.From, b.To)
	}
	slices.Sort(points)
	points = slices.Compact(points)
	raw := make([]float64, len(points))
	for i := 1; i < len(points); i++ {
		ms := float64(points[i]-points[i-1]) / float64(time.Millisecond)
		raw[i] = raw[i-1] + f.gap + 10*math.Log2(1+ms/6)
	}
	x := make(map[time.Duration]float64, len(points))
	for i, p := range points {
		x[p] = f.left
		if all := raw[len(raw)-1]; all > 0 {
			x[p] += raw[i] * (f.width - f.left - f.right) / all
		}
	}
	return x
}

// drawing is one train being drawn in one frame.
type drawing struct {
	train
	frame
	b *strings.Builder
	x map[time.Duration]float64
}

func (d *drawing) draw() {
	fmt.Fprintf(d.b, `<svg class="%s" viewBox="0 0 %s %s" role="img" aria-label="%s">`,
		d.class, px(d.width), px(d.height()), template.HTMLEscapeString(d.Label))
	d.lanes()
	d.bands()
	d.axis()
	for _, c := range d.Calls {
		for _, l := range c.Legs {
			d.leg(d.Calls[l.From], c, l.In)
		}
	}
	for _, c := range d.Calls {
		d.callBar(c)
	}
	for i := range d.Calls {
		d.callMark(i)
	}
	d.b.WriteString(`</svg>`)
}

func (d *drawing) height() float64 { return d.top + d.row*float64(len(d.Lanes)) + 22 }

func (d *drawing) y(lane int) float64 {
	y := d.top + d.row*float64(lane) + d.row/2
	if !d.wide {
		y += 2
	}
	return y
}

func (d *drawing) path(class, format string, at ...float64) {
	words := make([]any, len(at))
	for i, v := range at {
		words[i] = px(v)
	}
	fmt.Fprintf(d.b, `<path class="%s" d="`+format+`"/>`, append([]any{class}, words...)...)
}

func (d *drawing) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(d.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, px(x), px(y), px(w), px(h))
}

func (d *drawing) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(d.b, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, px(x), px(y), anchor, template.HTMLEscapeString(text))
}
