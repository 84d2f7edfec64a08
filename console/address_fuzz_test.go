package console_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/console"
)

// An address that the list's page does not understand in full lists nothing, and one that it does
// lists exactly what it asks for. Whatever the address, nothing in it becomes part of the page's
// markup, and nothing leads away from the console.
func FuzzAddress(f *testing.F) {
	source := &fake{}
	source.order("so-1", time.Hour).completed()
	source.order("so-2", time.Minute).unknown()
	source.order("so-3", time.Second)
	c, err := console.New(source, &console.Config{Location: time.UTC, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(c.Close)
	for _, address := range []string{
		"/transactions?status=completed,unknown&as=json", "/transactions?id=+so-1&definition=shop.order&lang=ko&theme=dark",
		"/transactions?id=so-1&as=json", "/transactions?definition=shop.other&as=json", "/transactions?status=attention&as=json",
		"/transactions?before=2999-01-02T03:04:05.123456Z&as=json", "/transactions?before=-1&lang=x", "/transactions?status=done",
		"/transactions?status=completed;id=so-1", "/transactions?id=%zz", "/transactions?id=&id=so-1", "/transactions?status=failed&status=",
		"/transactions?state=running", "/transactions/so-2?lang=ko&theme=light", "/transactions/?id=so-2&as=json", "/?lang=en",
		"/transactions/%3Cb%3E?as=json", "/stream?transaction=so-2", "/stream?newest=none&status=running", "/stream?newest=now",
		"/asset/../style.css", "/specimen", "/%22onload=", "//x/transactions", "",
	} {
		path, query, _ := strings.Cut(address, "?")
		path, _ = url.PathUnescape(path)
		f.Add(path, query, "ko;q=0.5, en;q=x")
	}
	f.Fuzz(func(t *testing.T, path, query, accept string) {
		w := visit(c, path, query, accept)
		values, bad := url.ParseQuery(query)
		if path == "/transactions" && w.Code == http.StatusOK {
			if bad != nil || !followed(values) {
				t.Fatalf("%q was answered with a list", query)
			}
			if values.Get("as") == "json" {
				wantListed(t, w, values, source)
			}
		}
		wantSafe(t, w, path, values)
	})
}

func visit(h http.Handler, path, query, accept string) *httptest.ResponseRecorder {
	left, leave := context.WithCancel(context.Background())
	leave() // a stream sends once and sees that nobody reads
	r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(left)
	r.URL = &url.URL{Path: path, RawQuery: query}
	r.Header["Accept-Language"] = []string{accept}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// followed reports whether a list can do what each parameter says.
func followed(values url.Values) bool {
	knownWords := map[string][]string{
		"status": {"running", "unknown", "compensating", "attention", "completed", "compensated", "failed", ""},
		"lang":   {"en", "ko", ""}, "theme": {"light", "dark", ""}, "as": {"json", ""},
	}
	for name, given := range values {
		words := given[:1]
		if name == "status" {
			words = strings.Split(given[0], ",")
		}
		switch known := knownWords[name]; {
		case len(given) > 1:
			return false
		case name == "before" && given[0] != "":
			if _, err := time.Parse(time.RFC3339Nano, given[0]); err != nil {
				return false
			}
		case known != nil && slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(known, w) }):
			return false
		case known == nil && name != "definition" && name != "id" && name != "before":
			return false
		}
	}
	return true
}

// wantListed holds the list against the source.
func wantListed(t *testing.T, w *httptest.ResponseRecorder, values url.Values, source *fake) {
	t.Helper()
	var got struct{ Transactions []struct{ ID string } }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	have, want := []string{}, []string{}
	for _, row := range got.Transactions {
		have = append(have, row.ID)
	}
	before, _ := time.Parse(time.RFC3339Nano, values.Get("before"))
	chosen := strings.Trim(values.Get("status"), ",")
	definition, id := strings.TrimSpace(values.Get("definition")), strings.TrimSpace(values.Get("id"))
	for i, in := range source.found {
		stands := []string{"running", "unknown", "completed"}[i] // as they were made, the latest first
		if (chosen == "" || slices.Contains(strings.Split(chosen, ","), stands)) && (definition == "" || definition == in.Definition) &&
			(id == "" || id == in.ID) && (before.IsZero() || in.Started.Before(before)) {
			want = append(want, in.ID)
		}
	}
	if !slices.Equal(have, want) {
		t.Fatalf("%v lists %v, want %v", values, have, want)
	}
}

var (
	link   = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
	inside = regexp.MustCompile(`^(?:/(?:[^/]|$)|\?|#|$)`)
)

// wantSafe holds what is true of every answer.
func wantSafe(t *testing.T, w *httptest.ResponseRecorder, path string, values url.Values) {
	t.Helper()
	kind, body := w.Header().Get("Content-Type"), w.Body.String()
	if !slices.Contains([]int{200, 302, 400, 404}, w.Code) || w.Code == 302 && !strings.HasPrefix(w.Header().Get("Location"), "/transactions") {
		t.Fatalf("%d to %q: %.200s", w.Code, w.Header().Get("Location"), body)
	}
	if asked := values.Get("as") == "json"; asked && strings.HasPrefix(path, "/transactions") &&
		(!strings.HasSuffix(kind, "json") || !json.Valid([]byte(body))) {
		t.Fatalf("%s: %s", kind, body)
	}
	if !strings.HasPrefix(kind, "text/html") || w.Code == 302 {
		return
	}
	for _, to := range link.FindAllStringSubmatch(body, -1) {
		if !inside.MatchString(to[1]) {
			t.Fatalf("the page leads to %q", to[1])
		}
	}
	for _, given := range append(slices.Concat(slices.Collect(maps.Values(values))...), path) {
		if len(given) > 8 && strings.ContainsAny(given, `<>"'`) && strings.Contains(body, given) {
			t.Fatalf("%q stands in the page as it is", given)
		}
	}
}
