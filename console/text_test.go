package console_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/seosa-dev/saga/console"
)

func TestEveryTextHasBothLanguagesWithTheSamePlaces(t *testing.T) {
	texts, err := console.ReadTexts(console.Texts())
	if err != nil {
		t.Fatal(err)
	}
	place := regexp.MustCompile(`\{[a-z]+\}`)
	hangul := regexp.MustCompile(`\p{Hangul}`)
	// A number, a particle that depends on the word before it, glued to a place.
	particle := regexp.MustCompile(`\{(?:step|steps|value|name|said|id)\}(?:이|가|을|를|은|는|으로|로)(?:\s|$)`)
	for key, pair := range texts {
		en, ko := place.FindAllString(pair[0], -1), place.FindAllString(pair[1], -1)
		slices.Sort(en)
		slices.Sort(ko)
		ko = slices.Compact(ko)
		for _, p := range ko {
			if !slices.Contains(en, p) && p != "{n}" {
				t.Errorf("%s: Korean has %s, English has not", key, p)
			}
		}
		if hangul.MatchString(pair[0]) && key != "language.other" {
			t.Errorf("%s: the English text has Hangul", key)
		}
		if particle.MatchString(pair[1]) {
			t.Errorf("%s: a particle is glued to a place: %s", key, pair[1])
		}
	}
}

func TestTextTablesWithGapsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no Korean":      "a\n  en A\n",
		"no English":     "a\n  ko 가\n",
		"twice":          "a\n  en A\n  ko 가\na\n  en A\n  ko 가\n",
		"another tongue": "a\n  en A\n  ko 가\n  fr A\n",
		"no key":         "  en A\n",
	} {
		if _, err := console.ReadTexts(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, tc := range []struct {
		d      time.Duration
		en, ko string
	}{
		{0, "0 ms", "0 ms"},
		{400 * time.Microsecond, "0.4 ms", "0.4 ms"},
		{38 * time.Millisecond, "38 ms", "38 ms"},
		{999*time.Millisecond + 999*time.Microsecond, "999 ms", "999 ms"},
		{2064 * time.Millisecond, "2.06 s", "2.06초"},
		{32650 * time.Millisecond, "32.6 s", "32.6초"},
		{59999 * time.Millisecond, "59.9 s", "59.9초"},
		{6*time.Minute + 41*time.Second, "6 min 41 s", "6분 41초"},
		{12*time.Minute + 3*time.Second, "12 min 03 s", "12분 03초"},
		{3*time.Hour + 12*time.Minute, "3 h 12 min", "3시간 12분"},
		{51 * time.Hour, "2 d 3 h", "2일 3시간"},
		{-time.Second, "0 ms", "0 ms"},
	} {
		if en, ko := console.Speak("en")(tc.d), console.Speak("ko")(tc.d); en != tc.en || ko != tc.ko {
			t.Errorf("%v: %q and %q, want %q and %q", tc.d, en, ko, tc.en, tc.ko)
		}
	}
}
