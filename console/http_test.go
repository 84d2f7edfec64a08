package console_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
)

func TestHeaders(t *testing.T) {
	c := newConsole(t, &fake{}, nil)
	for _, at := range []string{"/", "/transactions", "/transactions/none", "/specimen", "/nowhere"} {
		h := get(t, c, at).Header()
		want := "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'"
		if h.Get("Content-Security-Policy") != want {
			t.Errorf("%s: policy %q", at, h.Get("Content-Security-Policy"))
		}
		for name, value := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store"} {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q", at, name, h.Get(name))
			}
		}
	}
}

// Under the policy, nothing inline would work; so nothing inline may be there.
func TestNothingInline(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).unknown()
	c := newConsole(t, f, nil)
	inline := regexp.MustCompile(`(?i) style=|<style|<script>| on[a-z]+=|javascript:`)
	for _, at := range []string{"/transactions", "/transactions/so-1", "/specimen", "/transactions/none"} {
		if m := inline.FindString(get(t, c, at).Body.String()); m != "" {
			t.Errorf("%s has %q", at, m)
		}
	}
}

func TestAssetsCarryTheirHashAndMayBeKept(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Second)
	c := newConsole(t, f, nil)
	page := get(t, c, "/transactions").Body.String()
	links := regexp.MustCompile(`(?:href|src)="(/asset/[a-z]+\.[0-9a-f]{12}\.(?:css|js|svg))"`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Fatalf("%d assets, want 3", len(links))
	}
	for _, l := range links {
		w := get(t, c, l[1])
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Body.Len() == 0 {
			t.Errorf("%s: %d, %q", l[1], w.Code, w.Header().Get("Cache-Control"))
		}
	}
	shows(t, get(t, c, "/asset/style.css"), 404)
}

func TestOnlyReading(t *testing.T) {
	c := newConsole(t, &fake{}, nil)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(method, "/transactions", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	server := httptest.NewServer(c)
	defer server.Close()
	resp, err := http.Head(server.URL + "/transactions")
	if err != nil || resp.StatusCode != 200 || resp.ContentLength == 0 {
		t.Errorf("HEAD: %v %v", resp, err)
	}
}

func TestMissingPagesHelp(t *testing.T) {
	c := newConsole(t, &fake{}, nil)
	shows(t, get(t, c, "/transactions/so-7"), 404, "No transaction has this ID.", "so-7", `name="id"`, "All transactions")
	shows(t, get(t, c, "/transactions/so-7?lang=ko"), 404, "이 ID의 거래가 없습니다.")
	shows(t, get(t, c, "/overview"), 404, "There is no page at this address.", "/overview", `href="/transactions"`)
	shows(t, get(t, c, "/transactions/"), 404)
}

func TestSourceErrorsAreSaidAndNotShown(t *testing.T) {
	f := &fake{err: errors.New("dial postgres://user:secret@db")}
	c := newConsole(t, f, &console.Config{Logger: slog.New(slog.DiscardHandler)})
	w := get(t, c, "/transactions")
	shows(t, w, 503, "We could not read transactions.", "Known", "Not known", "Read again")
	lacks(t, w, "secret")
	f.err = saga.ErrClosed
	shows(t, get(t, c, "/transactions?lang=ko"), 503, "엔진이 실행되고 있지 않습니다.")
}

func TestLanguage(t *testing.T) {
	for _, tc := range []struct{ accept, query, config, want string }{
		{"", "", "", "en"}, {"ko-KR,ko;q=0.9,en;q=0.8", "", "", "ko"}, {"en;q=0.5, ko;q=0.8", "", "", "ko"},
		{"fr", "", "ko", "ko"}, {"ko", "?lang=en", "", "en"}, {"en-US", "", "ko", "en"},
	} {
		c := newConsole(t, &fake{}, &console.Config{Language: tc.config})
		w := get(t, c, "/transactions"+tc.query, "Accept-Language", tc.accept)
		if !strings.Contains(w.Body.String(), `<html lang="`+tc.want+`"`) {
			t.Errorf("%+v: another language", tc)
		}
	}
}

func TestThemeIsCarriedOn(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Second)
	shows(t, get(t, newConsole(t, f, nil), "/transactions?theme=dark"), 200, `data-theme="dark"`, `href="/transactions/so-1?theme=dark"`)
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []*console.Config{{Language: "fr"}, {Prefix: "ops"}, {Prefix: "/a//b"}, {Prefix: "/a/../b"}} {
		if _, err := console.New(&fake{}, c); !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := console.New(nil, nil); !errors.Is(err, saga.ErrInvalid) {
		t.Errorf("no source: %v", err)
	}
}

func TestSpecimenShowsEveryState(t *testing.T) {
	c := newConsole(t, &fake{}, nil)
	for _, lang := range []string{"en", "ko"} {
		w := get(t, c, "/specimen?lang="+lang)
		shows(t, w, 200, "m-flag", "m-unknown", "m-undone", "m-parked", "d-band", "note tape", "stale", `class="empty"`)
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			if seen[m[1]] {
				t.Errorf("two elements have the id %s", m[1])
			}
			seen[m[1]] = true
		}
	}
}
