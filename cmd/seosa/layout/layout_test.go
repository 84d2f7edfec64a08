package layout_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

func TestTextOnlyShows(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"주문 1042, 2 × EST-1":     "주문 1042, 2 × EST-1",
		"two\nlines":             `two\nlines`,
		"\x1b[31mred\x1b[0m":     `\x1b[31mred\x1b[0m`,
		"\u009b31m":              `\u009b31m`,
		"user\u202egnp.exe":      `user\u202egnp.exe`,
		"not\xffutf8":            `not\xffutf8`,
		"a real \ufffd is shown": "a real \ufffd is shown",
		"bell\a, nul\x00":        `bell\a, nul\x00`,
	} {
		if got := layout.Text(in); got != want {
			t.Errorf("Text(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestWordCanBeCopiedIntoAShell(t *testing.T) {
	for in, want := range map[string]string{
		"order-42":        "order-42",
		"주문/42~undo#1":    "주문/42~undo#1",
		"":                "''",
		"with space":      "'with space'",
		"$(rm -rf .)":     "'$(rm -rf .)'",
		"a;b":             "'a;b'",
		"it's":            `"it's"`,
		"\x1b]0;title\a":  `"\x1b]0;title\a"`,
		"back\u202eslash": `"back\u202eslash"`,
	} {
		if got := layout.Word(in); got != want {
			t.Errorf("Word(%q) is %s, want %s", in, got, want)
		}
	}
}

// What a terminal could obey becomes an escape, and the document means the same.
func TestJSONMeansTheSameAndOnlyShows(t *testing.T) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	in := map[string]string{"주문": "a\u009b31m\u202eb\x7f\x1b \U000e0001 한글 😀 <&>"}
	if err := e.Encode(in); err != nil {
		t.Fatal(err)
	}
	got := layout.JSON(b.Bytes())
	var out map[string]string
	if err := json.Unmarshal(got, &out); err != nil || out["주문"] != in["주문"] {
		t.Errorf("%s means %q, error %v", got, out, err)
	}
	for _, r := range string(got) {
		if !unicode.IsPrint(r) && r != '\n' {
			t.Errorf("%q is in %s", r, got)
		}
	}
	if !strings.Contains(string(got), "한글 😀 <&>") {
		t.Errorf("what can be shown is not shown: %s", got)
	}
}

func TestWidthCountsCells(t *testing.T) {
	for in, want := range map[string]int{"": 0, "order": 5, "주문": 4, "ｗｉｄｅ": 8, "e\u0301": 1, "日本 x": 6, "→ ◇": 3, "😀": 2} {
		if got := layout.Width(in); got != want {
			t.Errorf("Width(%q) is %d, want %d", in, got, want)
		}
	}
}

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	text := "Nobody knows whether 결제 took effect; ask " + strings.Repeat("x", 50) + " and resolve it."
	got := layout.Wrap(text, 30, 4)
	if strings.Join(strings.Fields(got), " ") != text {
		t.Errorf("words are lost: %q", got)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if !strings.HasPrefix(line, "    ") || layout.Width(line) > 30 && len(strings.Fields(line)) > 1 {
			t.Errorf("the line %q has no margin or is too wide", line)
		}
	}
	if layout.Wrap("", 30, 4) != "" {
		t.Error("nothing is wrapped into something")
	}
}

func TestTimeAndNumbersInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "0 s", 41 * time.Second: "41 s", 59*time.Minute + 59*time.Second: "59 min", 3 * time.Hour: "3 h",
		3*time.Hour + 12*time.Minute: "3 h 12 min", 24 * time.Hour: "1 d", 52 * time.Hour: "2 d 4 h",
	} {
		if got := layout.Age(d); got != want {
			t.Errorf("Age(%v) is %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "<0.1 ms", 400 * time.Microsecond: "0.4 ms", 38 * time.Millisecond: "38 ms", 2060 * time.Millisecond: "2.06 s",
		32600 * time.Millisecond: "32.6 s", 310 * time.Second: "5 min 10 s",
	} {
		if got := layout.Took(d); got != want {
			t.Errorf("Took(%v) is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 steps", 1: "1 step", 999: "999 steps", 1000: "1,000 steps", -12345678: "-12,345,678 steps"} {
		if got := layout.Count(n, "step"); got != want {
			t.Errorf("Count(%d) is %q, want %q", n, got, want)
		}
	}
}

// A file and the device that swallows everything are no terminals, and get no colour.
func TestAFileIsNoTerminal(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, f := range []*os.File{file, null} {
		s := layout.Of(f, os.Getenv)
		if s.Terminal || s.Colour || s.Columns != 0 || s.Prose() != 80 || s.Paint(layout.Alert, "x") != "x" {
			t.Errorf("%s is %+v", f.Name(), s)
		}
	}
}

func TestColourEndsWithItsCell(t *testing.T) {
	var b bytes.Buffer
	table := layout.Table{}
	table.Add(layout.Cell{Text: "in doubt", Style: layout.Alert}, layout.Cell{Text: "x"})
	table.Add(layout.Cell{Text: "ok"}, layout.Cell{Text: "y"})
	table.Print(layout.Screen{Writer: &b, Colour: true})
	if want := "\x1b[1;33min doubt\x1b[0m  x\nok        y\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
