package console_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/console"
)

func TestRunLine(t *testing.T) {
	type stops = []console.Stop
	for _, tc := range []struct {
		name  string
		line  console.RunLine
		width int
		parts []string
	}{
		{"completed goes down", console.RunLine{Steps: 2, Stops: stops{{0, false, console.StopDone}, {1, false, console.StopDone}}}, 25,
			[]string{`<path class="rl-f" d="M6 5L19 23"/>`, `<circle class="rl-stop" cx="6" cy="5" r="2.7"/>`, `<circle class="rl-stop" cx="19" cy="23" r="2.7"/>`}},
		{"refused at the first step is a square", console.RunLine{Steps: 3, Stops: stops{{0, false, console.StopNo}}}, 12,
			[]string{`<rect class="rl-no" x="2" y="1" width="8" height="8"/>`}},
		{"unknown is asked on its level, and steps are to come", console.RunLine{Steps: 3,
			Stops: stops{{0, false, console.StopUnknown}, {0, false, console.StopUnknown}}}, 51,
			[]string{`<path class="rl-w" d="M6 5H19"/>`, `<path class="rl-unknown" d="M6 -0.2l5.2 5.2l-5.2 5.2l-5.2 -5.2z"/>`,
				`<circle class="rl-todo" cx="32" cy="14" r="1.8"/>`, `<circle class="rl-todo" cx="45" cy="23" r="1.8"/>`}},
		{"compensation is a double line up", console.RunLine{Steps: 2,
			Stops: stops{{0, false, console.StopDone}, {1, false, console.StopNo}, {0, true, console.StopDone}}}, 38,
			[]string{`<path class="rl-b" d="M20.2 23.9L33.2 5.9M17.8 22.1L30.8 4.1"/>`, `<circle class="rl-undo" cx="32" cy="5" r="2.9"/>`}},
		{"an undo that needs a person", console.RunLine{Steps: 1, Stops: stops{{0, true, console.StopFlag}}}, 12, []string{`class="rl-flag"`}},
		{"under way", console.RunLine{Steps: 2, Stops: stops{{0, false, console.StopOpen}}}, 25, []string{`<circle class="rl-open" cx="6" cy="5" r="3.4"/>`, "rl-todo"}},
		{"a call that did nothing", console.RunLine{Steps: 1, Stops: stops{{0, false, console.StopNone}}}, 12, []string{`class="rl-none"`}},
		{"nothing known", console.RunLine{}, 12, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			svg := string(tc.line.SVG())
			wellFormed(t, svg)
			for _, part := range append(tc.parts, `width="`+strconv.Itoa(tc.width)+`" height="28"`) {
				if !strings.Contains(svg, part) {
					t.Errorf("lacks %s\n%s", part, svg)
				}
			}
		})
	}
}

func offset(d time.Duration) string { return d.String() }

func call(n, lane int, from, to int, in, bar console.Style, symbol string) console.TrainCall {
	return console.TrainCall{Number: n, Lane: lane, Start: time.Duration(from) * time.Millisecond, End: time.Duration(to) * time.Millisecond,
		Bar: bar, Mark: console.NewMark(symbol), Legs: legs(n, in)}
}

// legs joins a call to the one before it.
func legs(n int, in console.Style) []console.TrainLeg {
	if n == 1 {
		return nil
	}
	return []console.TrainLeg{{From: n - 2, In: in}}
}

func sampleTrain() console.Train {
	return console.Train{Lanes: []string{"Engine", "A<b>", "B", "C"}, Label: `"x"`, Never: "never started", Offset: offset,
		Calls: []console.TrainCall{
			call(1, 0, 0, 0, "0", "0", "start"), call(2, 1, 4, 42, "f", "f", "ok"), call(3, 2, 50, 2050, "f", "w", "unknown"),
			call(4, 2, 2550, 2560, "w", "f", "no"), call(5, 0, 2565, 2565, "b", "0", "back"), call(6, 1, 2570, 2580, "b", "b", "ok"),
		},
		Bands: []console.TrainBand{{From: 2050 * time.Millisecond, To: 2560 * time.Millisecond, Text: "B not known for 510 ms"}},
	}
}

func TestDiagram(t *testing.T) {
	svg := string(sampleTrain().SVG())
	wellFormed(t, "<g>"+svg+"</g>")
	for _, part := range []string{
		`class="only-wide" viewBox="0 0 1344 224"`, `class="only-narrow" viewBox="0 0 358 196"`, `aria-label="&#34;x&#34;"`,
		`A&lt;b&gt;`, `class="d-bar-u"`, `class="d-bar-b"`, `class="d-band"`, "B not known for 510 ms", "never started",
		`href="#m-unknown"`, `class="nr"`, `class="d-w"`, `<path class="d-axis" d="M112 26H1344"/>`,
	} {
		if !strings.Contains(svg, part) {
			t.Errorf("lacks %s", part)
		}
	}
	if n := strings.Count(svg, `class="d-b2"`); n != 4 { // two legs back, in two sizes
		t.Errorf("%d double lines, want 4", n)
	}
	if strings.Contains(svg, "style=") || strings.Contains(svg, "NaN") {
		t.Error("inline style or no number")
	}
}

// Time goes right, and nothing leaves the frame, however long the gaps are.
func TestDiagramKeepsOrderAndFrame(t *testing.T) {
	tr := sampleTrain()
	tr.Calls = append(tr.Calls, call(7, 3, 9_000_000, 9_000_001, "f", "f", "ok"))
	wide, _, _ := strings.Cut(string(tr.SVG()), "</svg>")
	last := -1.0
	for _, m := range regexp.MustCompile(`<use [^>]* x="([0-9.]+)"`).FindAllStringSubmatch(wide, -1) {
		x, err := strconv.ParseFloat(m[1], 64)
		if err != nil || x < last || x > 1344-18 {
			t.Errorf("a mark at %s after %v", m[1], last)
		}
		last = x
	}
	if last < 1300 {
		t.Errorf("the last mark is at %v: the frame is not filled", last)
	}
}

func TestDiagramOfNothing(t *testing.T) {
	wellFormed(t, "<g>"+string(console.Train{Lanes: []string{"Engine"}, Offset: offset}.SVG())+"</g>")
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}
