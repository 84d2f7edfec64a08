package participant_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/participant"
)

// FuzzServer sends what a client, a proxy or nobody in their right mind would send. The answer is
// always JSON that says how it went, and what is turned away leaves no trace.
func FuzzServer(f *testing.F) {
	f.Add("POST", "/stock/decrement", "", "k", "application/json", two)
	f.Add("POST", "/stock/decrement", "", "k", "application/json", refused)
	f.Add("POST", "/stock/decrement", "", "applied", "application/json", three)
	f.Add("POST", "/stock/decrement", "", "k\nk", "application/json", two)
	f.Add("POST", "/stock/decrement", "", "k", "text/plain", "{")
	f.Add("POST", "/stock/decrement/fence", "", "k", "", "")
	f.Add("POST", "/stock/decrement/undo", "", "applied", "", "")
	f.Add("GET", "/stock/decrement", "key=applied", "", "", "")
	f.Add("HEAD", "//stock/../x", "key=%", "", ";", "\x00")
	f.Add("", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, method, path, query, keys, kind, body string) {
		s, h, log := shop(participant.ServerConfig{})
		must(t)(s.operation("stock/decrement").Do(t.Context(), "applied", raw(two)))
		r := &http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{},
			Body: io.NopCloser(strings.NewReader(body)), RemoteAddr: "127.0.0.1:1"}
		r.Header["Idempotency-Key"] = strings.Split(keys, "\n")
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)

		var got said
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%d %q: %v", w.Code, w.Body, err)
		}
		failsOnPurpose := strings.Contains(strings.ToLower(body), "fail") || strings.Contains(body, `\u`)
		switch {
		case w.Code >= 500:
			if !failsOnPurpose {
				t.Fatalf("%d %s, log %s", w.Code, w.Body, log)
			}
		case w.Code == 200:
			if got.State == "" || got.Key == "" || w.Header().Get("Content-Type") != "application/json" {
				t.Fatalf("200 %s", w.Body)
			}
		case w.Code < 400 || got.Type == "" || got.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json":
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		recorded := w.Code == 200 && method == "POST" || got.Type == urn+"refused"
		if !recorded && (len(s.ledger) != 1 || s.taken["applied"] != 2 || len(s.done) != 1) {
			t.Fatalf("%d %s left %v", w.Code, w.Body, s.ledger)
		}
	})
}
