package console

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
)

func (d *drawing) lanes() {
	used := map[int]bool{}
	for _, c := range d.Calls {
		used[c.Lane] = true
	}
	for i, name := range d.Lanes {
		y := d.y(i)
		d.path("d-rule", "M%s %sH%s", d.left-8, y, d.width)
		short := fit(name, float64(d.names))
		fmt.Fprintf(d.b, `<text class="lane-name" x="0" y="%s">%s<title>%s</title></text>`,
			px(y+4), template.HTMLEscapeString(short), template.HTMLEscapeString(name))
		if !used[i] && d.wide {
			d.rect("d-mask", d.left, y-8, textWidth(d.Never)+6, 16)
			d.text("never", "start", d.left, y+4, d.Never)
		}
	}
}

func (d *drawing) bands() {
	bottom := d.height() - 14
	free := 0.0
	for _, b := range d.Bands {
		from, to := d.x[b.From], d.x[b.To]
		d.rect("d-band", from, d.top-2, to-from, bottom-d.top+2)
		d.path("d-band-e", "M%s %sV%s", from, d.top-2, bottom)
		if !b.Open {
			d.path("d-band-e", "M%s %sV%s", to, d.top-2, bottom)
		}
		x, wide := from, textWidth(b.Text)
		if x+wide > d.width {
			x = d.width - wide
		}
		if x >= free && wide < d.width {
			d.text("band-l", "start", x, bottom+12, b.Text)
			free = x + wide + 12
		}
	}
}

// axis draws a tick for each call and writes its time where there is room.
func (d *drawing) axis() {
	y := d.top - 8
	d.path("d-axis", "M%s %sH%s", d.left, y, d.width)
	free := 0.0
	for _, c := range d.Calls {
		x := d.x[c.Start]
		d.path("d-axis", "M%s %sv-4", x, y)
		text := c.Tick
		if text == "" {
			text = d.Offset(c.Start)
		}
		if wide := textWidth(text); x >= free && x+wide < d.width+8 {
			d.text("tick", "start", x-1, y-9, text)
			free = x + wide + 10
		}
	}
}

// leg draws the way from one call to another.
func (d *drawing) leg(p, c trainCall, in style) {
	x1, y1, x2, y2 := d.x[p.End], d.y(p.Lane), d.x[c.Start], d.y(c.Lane)
	switch {
	case in == nothing:
	case in == waiting && p.Lane == c.Lane:
		if from := x1 + d.size/2 + 3; from < x2 {
			d.path("d-w", "M%s %sH%s", from, y1, x2)
		}
	case in == waiting:
		d.path("d-w", "M%s %sL%s %s", x1, y1, x2, y2)
	case in == back:
		d.path("d-b", "M%s %sL%s %s", x1, y1, x2, y2)
		d.path("d-b2", "M%s %sL%s %s", x1, y1, x2, y2)
	default:
		d.path("d-f", "M%s %sL%s %s", x1, y1, x2, y2)
	}
}

func (d *drawing) callBar(c trainCall) {
	x, y, wide := d.x[c.Start], d.y(c.Lane), d.x[c.End]-d.x[c.Start]
	if c.Bar == nothing || wide <= 0 {
		return
	}
	class := "d-bar-" + string(c.Bar)
	if c.Bar == waiting {
		d.rect("d-mask", x, y-d.bar/2-1, wide, d.bar+2)
		class = "d-bar-u"
	}
	d.rect(class, x, y-d.bar/2, wide, d.bar)
}

// callMark draws a call's outcome at its end, and the number by which the list calls it.
func (d *drawing) callMark(i int) {
	c := d.Calls[i]
	x, y, r := d.x[c.End], d.y(c.Lane), d.clear
	if c.Mark.Symbol == "start" {
		r *= 0.7
	}
	fmt.Fprintf(d.b, `<circle class="d-mask" cx="%s" cy="%s" r="%s"/>`, px(x), px(y), px(r))
	fmt.Fprintf(d.b, `<use href="#m-%s" class="mark %s" x="%s" y="%s" width="%s" height="%s"/>`,
		c.Mark.Symbol, c.Mark.Class, px(x-d.size/2), px(y-d.size/2), px(d.size), px(d.size))
	if !d.wide || c.Number == 0 {
		return
	}
	ny := y - 14
	if d.goesUp(i) {
		ny = y + 22
	}
	d.text("nr", "middle", x, ny, strconv.Itoa(c.Number))
}

// goesUp reports whether the way from a call leads upwards, where its number would stand.
func (d *drawing) goesUp(i int) bool {
	return slices.ContainsFunc(d.Calls, func(c trainCall) bool {
		return c.Lane < d.Calls[i].Lane && slices.ContainsFunc(c.Legs, func(l trainLeg) bool { return l.From == i })
	})
}

// textWidth estimates how wide a text is at 12 px; Hangul and its like take a full square.
func textWidth(s string) float64 {
	wide := 0.0
	for _, r := range s {
		if r >= 0x1100 {
			wide += 11.5
		} else {
			wide += 6.6
		}
	}
	return wide
}

// fit shortens a text to a width.
func fit(s string, width float64) string {
	if textWidth(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && textWidth(string(runes))+8 > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
