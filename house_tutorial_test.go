package saga_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// chapters are the pages of the tutorial in one language, with their texts.
func chapters(t *testing.T, language string) map[string]string {
	t.Helper()
	pages, err := filepath.Glob("docs/tutorial/[0-9]*." + language + ".md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	texts := map[string]string{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		texts[strings.TrimSuffix(page, "."+language+".md")] = string(text)
	}
	return texts
}

var goBlock = regexp.MustCompile("(?s)(?:\\]\\(([^)]*)\\):\n\n)?```go\n(.*?)```")

// blocks are the pieces of code of a page, each behind the file that it says it is from.
func blocks(text string) (all [][2]string) {
	for _, m := range goBlock.FindAllStringSubmatch(text, -1) {
		all = append(all, [2]string{m[1], m[2]})
	}
	return all
}

func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

// What the tutorial shows is in the code, in both languages.
func TestTheTutorialShowsTheCode(t *testing.T) {
	english, korean := chapters(t, "en"), chapters(t, "ko")
	if len(english) != len(korean) {
		t.Errorf("%d pages in English and %d in Korean", len(english), len(korean))
	}
	shown := 0
	for page, text := range english {
		if !slices.Equal(blocks(text), blocks(korean[page])) {
			t.Errorf("%s shows other code in Korean, or is missing there", page)
		}
		for _, b := range blocks(text) {
			shown++
			source, err := os.ReadFile(filepath.Join("docs", "tutorial", filepath.FromSlash(b[0])))
			if err != nil {
				t.Errorf("%s shows code of %q: name the file with a link in the line before it: %v", page, b[0], err)
				continue
			}
			if !strings.Contains(squeezed(string(source)), squeezed(b[1])) {
				t.Errorf("%s shows what %s does not have any more:\n%s", page, b[0], b[1])
			}
		}
	}
	if shown < 10 {
		t.Errorf("%d pieces of code are shown; there are more", shown)
	}
}

var relativeLink = regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)

// A link of the tutorial leads somewhere.
func TestTheTutorialsLinksLeadSomewhere(t *testing.T) {
	pages, err := filepath.Glob("docs/tutorial/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range relativeLink.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join("docs", "tutorial", filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}
