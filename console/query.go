package console

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// listQuery is what the address of the list says.
type listQuery struct {
	Standings  []standing // none is all
	Definition string
	ID         string
	Before     time.Time
}

// pairs writes the query in its fixed order.
func (q listQuery) pairs() []string {
	var words []string
	for _, s := range q.Standings {
		words = append(words, string(s))
	}
	before := ""
	if !q.Before.IsZero() {
		before = q.Before.UTC().Format(time.RFC3339Nano)
	}
	return []string{"status", strings.Join(words, ","), "definition", q.Definition, "id", q.ID, "before", before}
}

// Filters counts what the reader chose.
func (q listQuery) Filters() int {
	n := 0
	for _, set := range []bool{len(q.Standings) > 0, q.Definition != "", q.ID != ""} {
		if set {
			n++
		}
	}
	return n
}

// complaint is a part of an address that a page cannot follow.
type complaint struct{ Key, Name, Value string }

// readList reads the list's address. Whatever it does not know it names, so that a slip of the
// pen is not answered by a wider list.
func readList(values url.Values) (listQuery, []complaint) {
	var q listQuery
	bad := unknownParameters(values, "status", "definition", "id", "before")
	for word := range strings.SplitSeq(values.Get("status"), ",") {
		s := standing(word)
		switch {
		case word == "":
		case !slices.Contains(standings(), s):
			bad = append(bad, complaint{"notice.status", "status", word})
		case !slices.Contains(q.Standings, s):
			q.Standings = append(q.Standings, s)
		}
	}
	q.Definition, q.ID = strings.TrimSpace(values.Get("definition")), strings.TrimSpace(values.Get("id"))
	if at := values.Get("before"); at != "" {
		t, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			bad = append(bad, complaint{"notice.before", "before", at})
		}
		q.Before = t
	}
	return q, bad
}

// broken is what of an address cannot be read at all, and would be left out silently.
func broken(query string) []complaint {
	if _, err := url.ParseQuery(query); err != nil {
		return []complaint{{"notice.broken", "", query}}
	}
	return nil
}

// unknownParameters names every parameter that neither the page nor every page knows, and each that
// comes twice.
func unknownParameters(values url.Values, known ...string) []complaint {
	known = append(known, "lang", "theme", "as")
	var bad []complaint
	for name := range values {
		switch given := values[name]; {
		case !slices.Contains(known, name):
			bad = append(bad, complaint{"notice.parameter", name, values.Get(name)})
		case len(given) > 1:
			bad = append(bad, complaint{"notice.twice", name, given[1]})
		}
	}
	slices.SortFunc(bad, func(a, b complaint) int { return strings.Compare(a.Name, b.Name) })
	for name, words := range map[string][]string{"lang": {english, korean}, "theme": {"light", "dark"}, "as": {"json"}} {
		if v := values.Get(name); v != "" && !slices.Contains(words, v) {
			bad = append(bad, complaint{"notice.value", name, v})
		}
	}
	return bad
}
