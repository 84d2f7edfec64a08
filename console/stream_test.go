package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
)

// wire is a response that can be read while it is written.
type wire struct {
	mu     sync.Mutex
	header http.Header
	code   int
	body   strings.Builder
}

func (w *wire) Header() http.Header { return w.header }
func (w *wire) WriteHeader(code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.code = code
}
func (w *wire) Flush() {}
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.body.Write(p)
}

type told struct {
	Clock string
	Set   []struct {
		ID, HTML, Into string
		Fresh          bool
	}
}

// take returns the messages since the last take.
func (w *wire) take(t *testing.T) []told {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []told
	for line := range strings.SplitSeq(w.body.String(), "\n") {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var m told
			if err := json.Unmarshal([]byte(data), &m); err != nil {
				t.Fatal(err)
			}
			list = append(list, m)
		}
	}
	w.body.Reset()
	return list
}

// open starts a stream in a bubble and returns what it writes and how to leave it.
func open(t *testing.T, c *console.Console, address string) (*wire, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &wire{header: http.Header{}}
	go c.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil).WithContext(ctx))
	synctest.Wait()
	return w, cancel
}

func (m told) html(id string) (string, bool, bool) {
	for _, s := range m.Set {
		if s.ID == id {
			return s.HTML, s.Fresh, true
		}
	}
	return "", false, false
}

// pass lets virtual time go by until every stream has done what was due.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func streamOf(t *testing.T, c *console.Console, page string) string {
	t.Helper()
	m := regexp.MustCompile(`data-live="([^"]+)"`).FindStringSubmatch(get(t, c, page).Body.String())
	if m == nil {
		t.Fatalf("%s has no stream", page)
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

func TestStreamKeepsRowsTrueAndCountsNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		o := f.order("so-1", time.Second)
		c := newConsole(t, f, nil)
		w, leave := open(t, c, streamOf(t, c, "/transactions?status=running"))
		defer leave()
		first := w.take(t)
		if len(first) != 1 || w.Header().Get("Content-Type") != "text/event-stream" {
			t.Fatalf("first: %+v", first)
		}
		row := first[0].Set[len(first[0].Set)-1].ID

		o.completed() // no longer running: the row stays and says so
		f.order("so-2", -time.Millisecond)
		pass(1100 * time.Millisecond)
		next := w.take(t)
		if len(next) != 1 {
			t.Fatalf("%d messages in a second", len(next))
		}
		if html, fresh, ok := next[0].html(row); !ok || !fresh || !strings.Contains(html, "Completed") {
			t.Errorf("row: %v %v %s", ok, fresh, html)
		}
		if html, _, _ := next[0].html("newer"); !strings.Contains(html, "1 newer") {
			t.Errorf("newer: %s", html)
		}
	})
}

func TestStreamBeatsEvenIfNothingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1", time.Hour).completed()
		c := newConsole(t, f, nil)
		w, leave := open(t, c, streamOf(t, c, "/transactions"))
		defer leave()
		w.take(t)
		pass(3100 * time.Millisecond)
		beats := w.take(t)
		if len(beats) != 3 || len(beats[2].Set) != 0 || beats[0].Clock == beats[2].Clock {
			t.Errorf("beats: %+v", beats)
		}
	})
}

func TestStreamOfOneInstanceAddsToItsHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		o := f.order("so-1", time.Second)
		c := newConsole(t, f, nil)
		w, leave := open(t, c, streamOf(t, c, "/transactions/so-1?lang=ko"))
		defer leave()
		w.take(t)
		o.then(time.Second, succeeded("STOCK", "ORDER"), saga.InEffect)
		pass(1100 * time.Millisecond)
		m := w.take(t)[0]
		for _, s := range m.Set {
			if s.ID == "a2" && s.Into == "log" && s.Fresh && strings.Contains(s.HTML, "성공") {
				return
			}
		}
		t.Errorf("no new entry: %+v", m)
	})
}

func TestStreamIsSilentWhileTheSourceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1", time.Second)
		c := newConsole(t, f, &console.Config{Logger: slog.New(slog.DiscardHandler)})
		w, leave := open(t, c, streamOf(t, c, "/transactions"))
		defer leave()
		w.take(t)
		f.mu.Lock()
		f.err = errors.New("gone")
		f.mu.Unlock()
		pass(3 * time.Second)
		if got := w.take(t); len(got) > 0 {
			t.Errorf("it spoke: %+v", got)
		}
		f.mu.Lock()
		f.err = nil
		f.mu.Unlock()
		pass(time.Second)
		if len(w.take(t)) == 0 {
			t.Error("it stayed silent")
		}
	})
}

func TestStreamsAreBoundedAndEndWithTheConsole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1", time.Second)
		c := newConsole(t, f, nil)
		address := streamOf(t, c, "/transactions")
		var leave []context.CancelFunc
		for range console.MaxStreams {
			_, cancel := open(t, c, address)
			leave = append(leave, cancel)
		}
		if w := get(t, c, address); w.Code != http.StatusServiceUnavailable {
			t.Errorf("one too many: %d", w.Code)
		}
		leave[0]()
		synctest.Wait()
		w, cancel := open(t, c, address)
		defer cancel()
		if len(w.take(t)) != 1 {
			t.Error("a freed place is not given again")
		}
		c.Close()
		c.Close()
		synctest.Wait() // the bubble fails if a stream is left
		for _, cancel := range leave {
			cancel()
		}
	})
}

func TestStreamRefusesOtherAddresses(t *testing.T) {
	c := newConsole(t, &fake{}, nil)
	for _, at := range []string{"/stream", "/stream?newest=x", "/stream?newest=none&status=lost", "/stream?newest=none&x=1"} {
		if w := get(t, c, at); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", at, w.Code)
		}
	}
}

func TestStreamOverHTTP(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Second)
	c := newConsole(t, f, nil)
	server := httptest.NewServer(c)
	defer server.Close()
	resp, err := http.Get(server.URL + streamOf(t, c, "/transactions"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	head := make([]byte, 18)
	if _, err := io.ReadFull(resp.Body, head); err != nil || string(head) != "retry: 2000\ndata: " {
		t.Errorf("%q %v", head, err)
	}
	c.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Errorf("end: %v", err)
	}
}
