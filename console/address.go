package console

import (
	"net/url"
	"path"
	"strings"

	"github.com/seosa-dev/saga"
)

// viewer is whoever reads a page: the language, and what every link must carry on.
type viewer struct {
	speaker
	prefix   string
	lang     string // as the address has it; "" if it does not say
	theme    string
	describe func(saga.Instance, string) string
}

// link writes an address with parameters in the order given, leaving empty ones out. Language and
// theme are carried on if the present address has them.
func (v viewer) link(to string, pairs ...string) string {
	var b strings.Builder
	b.WriteString(v.prefix)
	b.WriteString(to)
	sep := byte('?')
	pairs = append(pairs, "lang", v.lang, "theme", v.theme)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		b.WriteByte(sep)
		b.WriteString(pairs[i])
		b.WriteByte('=')
		b.WriteString(strings.NewReplacer("%2C", ",", "%3A", ":").Replace(url.QueryEscape(pairs[i+1])))
		sep = '&'
	}
	return b.String()
}

// transaction is the address of one instance.
func (v viewer) transaction(id string, pairs ...string) string {
	to, odd := transactionPath(id)
	if odd {
		return v.link(to, append([]string{"id", id}, pairs...)...)
	}
	return v.link(to, pairs...)
}

// transactionPath writes an id as a path. Browsers and routers rewrite paths with empty or dotted
// segments, so an id that would not survive that goes into the query.
func transactionPath(id string) (to string, odd bool) {
	if path.Clean("/"+id) != "/"+id {
		return "transactions/", true
	}
	segments := strings.Split(id, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return "transactions/" + strings.Join(segments, "/"), false
}
