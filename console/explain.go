package console

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seosa-dev/saga"
)

// Explain says what [saga.Instance.Explain] says, in the language "en" or "ko", for other pages of
// the same program. It is "" once the instance has ended.
func (c *Console) Explain(in saga.Instance, language string) string {
	return speaker{Lang: language, table: c.texts}.explain(in)
}

// explain is the engine's sentence about an instance that has not ended; "" once ended. In English
// it is [saga.Instance.Explain] to the byte, so that page and command line say the same.
func (s speaker) explain(in saga.Instance) string {
	if s.Lang != korean {
		return in.Explain()
	}
	x := in.Explanation()
	var said []string
	for _, phrase := range append(x.Facts, x.Next, x.Person) {
		if phrase != "" {
			said = append(said, s.phrase(phrase, s.places(in, x)))
		}
	}
	return strings.Join(said, " ")
}

// phrase says one part of an explanation as a sentence of its own.
func (s speaker) phrase(phrase string, places map[string]string) string {
	sentence := s.table.in(s.Lang, phrase)
	if s.Lang != korean {
		first, size := utf8.DecodeRuneInString(sentence)
		sentence = string(unicode.ToUpper(first)) + sentence[size:] + "."
	}
	var pairs []string
	for name, value := range places {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

// places fills the places of an explanation in the reader's language.
func (s speaker) places(in saga.Instance, x saga.Explanation) map[string]string {
	places := maps.Clone(x.Places)
	if in.Step == "" {
		if places["doubt"] == places["step"] {
			places["doubt"] = s.Say("explain.open")
		}
		places["step"] = s.Say("explain.open")
	}
	return places
}
