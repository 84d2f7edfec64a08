package page_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/console"
)

func TestEveryTextHasTheSamePlacesInBothLanguages(t *testing.T) {
	text, err := os.ReadFile("text.txt")
	if err != nil {
		t.Fatal(err)
	}
	place := regexp.MustCompile(`\{[a-z]+\}`)
	hangul := regexp.MustCompile(`\p{Hangul}`)
	// A particle that depends on the word before it, glued to a place.
	particle := regexp.MustCompile(`\{[a-z]+\}(?:이|가|을|를|은|는|으로|로)(?:\s|$)`)
	blocks := regexp.MustCompile(`(?m)^(\S+)\n  en (.*)\n  ko (.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 150 {
		t.Fatalf("%d texts were found", len(blocks))
	}
	for _, b := range blocks {
		en, ko := place.FindAllString(b[2], -1), place.FindAllString(b[3], -1)
		slices.Sort(en)
		slices.Sort(ko)
		if key := strings.TrimSuffix(b[1], ".one"); key == b[1] && !slices.Equal(en, ko) {
			t.Errorf("%s: places %v and %v", b[1], en, ko)
		}
		if hangul.MatchString(b[2]) || particle.MatchString(b[3]) {
			t.Errorf("%s: Hangul in the English text, or a particle glued to a place: %s", b[1], b[3])
		}
	}
}

func TestTextsThatClashWithTheConsoleOrLackALanguageAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"skip\n  en Skip\n  ko 건너뛰기\n": `"skip"`,
		"mine\n  en Mine\n":            `"mine"`,
	} {
		if _, err := console.NewKit(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
