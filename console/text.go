package console

import (
	_ "embed"
	"fmt"
	"strings"
)

const (
	english = "en"
	korean  = "ko"
)

// tableText is every sentence of the pages, in both languages: a line with the key, then one
// indented line per language. Places are written {name}. A key of several words is a phrase that
// others made, such as the engine's explanations, and is its own English.
//
//go:embed text.txt
var tableText string

// words is one sentence in both languages.
type words struct{ en, ko string }

// table finds sentences by key.
type table map[string]words

// readTable reads a text table. A key that comes twice or lacks a language is an error, so that a
// page never mixes languages.
func readTable(text string) (table, error) {
	t := table{}
	var key string
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, " "):
			if _, twice := t[line]; twice {
				return nil, fmt.Errorf("console: text line %d: key %q comes twice", i+1, line)
			}
			key = line
			t[key] = words{}
			if strings.Contains(key, " ") {
				t[key] = words{en: key}
			}
		default:
			lang, sentence, _ := strings.Cut(strings.TrimSpace(line), " ")
			w := t[key]
			switch {
			case lang == english && w.en == "":
				w.en = sentence
			case lang == korean && w.ko == "":
				w.ko = sentence
			default:
				return nil, fmt.Errorf("console: text line %d: no place for %q", i+1, line)
			}
			t[key] = w
		}
	}
	for key, w := range t {
		if w.en == "" || w.ko == "" {
			return nil, fmt.Errorf("console: text %q lacks a language", key)
		}
	}
	return t, nil
}

// in returns the sentence of a key in one language. A key that the table lacks comes back in
// brackets, which no page may show.
func (t table) in(lang, key string) string {
	w, ok := t[key]
	switch {
	case !ok:
		return "⟦" + key + "⟧"
	case lang == korean:
		return w.ko
	}
	return w.en
}
