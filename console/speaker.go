package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// speaker writes sentences, numbers and times in one language. Views embed it, so that templates
// can ask for texts by key.
type speaker struct {
	Lang  string
	table table
	zone  *time.Location
}

// Say returns a sentence with its places filled: Say("k", "step", name) puts name where the
// sentence has {step}.
func (s speaker) Say(key string, pairs ...any) string {
	sentence := s.table.in(s.Lang, key)
	if len(pairs) == 0 {
		return sentence
	}
	old := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		old = append(old, fmt.Sprintf("{%v}", pairs[i]), s.place(pairs[i+1]))
	}
	return strings.NewReplacer(old...).Replace(sentence)
}

// known returns the sentence of a key that is put together from others' words, or other if there is
// none.
func (s speaker) known(key, other string) string {
	if _, ok := s.table[key]; ok {
		return s.Say(key)
	}
	return other
}

// Count chooses between the sentences key.one and key.many and fills {n}.
func (s speaker) Count(key string, n int, pairs ...any) string {
	if n == 1 {
		key += ".one"
	} else {
		key += ".many"
	}
	return s.Say(key, append([]any{"n", n}, pairs...)...)
}

// Number writes an integer with separators between thousands.
func (s speaker) Number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Other is the language that the page is not in.
func (s speaker) Other() string {
	if s.Lang == korean {
		return english
	}
	return korean
}

func (s speaker) place(v any) string {
	switch v := v.(type) {
	case int:
		return s.Number(v)
	case time.Duration:
		return s.Duration(v)
	case time.Time:
		return s.Clock(v)
	}
	return fmt.Sprint(v)
}

// language chooses by the address, then by what the browser prefers, then by default.
func language(r *http.Request, fallback string) string {
	if lang := r.URL.Query().Get("lang"); lang == english || lang == korean {
		return lang
	}
	best, weight := fallback, 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, q, weighted := strings.Cut(strings.TrimSpace(part), ";q=")
		w := 1.0
		if weighted {
			w, _ = strconv.ParseFloat(strings.TrimSpace(q), 64)
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if (primary == english || primary == korean) && w > weight {
			best, weight = primary, w
		}
	}
	return best
}
