package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// told is one message of a stream.
type told struct {
	Clock string
	Set   []struct {
		ID, HTML string
		Fresh    bool
	}
}

func (m *told) html(id string) string {
	for _, s := range m.Set {
		if s.ID == id {
			return s.HTML
		}
	}
	return ""
}

// listen opens a stream and passes on its messages until the test ends.
func listen(t *testing.T, p *page.Page, address string) (<-chan told, context.CancelFunc) {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	messages := make(chan told, 100)
	go func() {
		defer close(messages)
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var m told
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &m) == nil {
				messages <- m
			}
		}
	}()
	return messages, cancel
}

// until returns the first message with a fragment that has a text.
func until(t *testing.T, messages <-chan told, id, text string) told {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case m, ok := <-messages:
			if !ok {
				t.Fatalf("the stream ended before %s had %q", id, text)
			}
			if strings.Contains(m.html(id), text) {
				return m
			}
		case <-late:
			t.Fatalf("%s never had %q", id, text)
		}
	}
}

func TestAStreamSendsWhatChanged(t *testing.T) {
	f := newFake()
	f.orders = []page.Order{orderOf(1001, "Unprocessed"), orderOf(1000, "Success")}
	p := newPage(t, f)
	messages, _ := listen(t, p, "/events?newest=1001&lang=en")
	if first := until(t, messages, "B-S1", "Not played"); first.html("fact") == "" || len(first.Clock) != len("15:04:05") {
		t.Errorf("the first message repeats the page: %+v", first)
	}
	f.ended("B-S1", page.Result{Passed: true, Got: scenario.Rows()[0].Want, At: noon, Took: time.Second})
	m := until(t, messages, "B-S1", "Passed")
	if !strings.Contains(m.html("fact"), "1 row passed.") || m.html("B-S2") != "" || m.html("o-1000") != "" {
		t.Errorf("more or less than what changed: %+v", m)
	}
	for _, s := range m.Set {
		if !s.Fresh {
			t.Errorf("%s is not fresh", s.ID)
		}
	}
	f.set(func(f *fake) { f.orders = append([]page.Order{orderOf(1002, "Unknown")}, f.orders...) })
	m = until(t, messages, "latest", "Order 1002")
	if !strings.Contains(m.html("newer"), "1 newer order") || !strings.Contains(m.html("o-1001"), "Order 1001") || m.html("o-1002") != "" {
		t.Errorf("a newer order is counted and moves nothing: %+v", m)
	}
	ask(p, "POST", "/faults", "at=check&kind=delay&on=1")
	until(t, messages, "f-check-delay", "Switch off")
	f.set(func(f *fake) { f.err = context.DeadlineExceeded })
	until(t, messages, "latest", "The orders could not be read.")
	f.set(func(f *fake) { f.err = nil })
	until(t, messages, "latest", "Order 1002")
}

func TestAStreamOfOneRow(t *testing.T) {
	f := newFake()
	messages, _ := listen(t, newPage(t, f), "/events?row=B-S2&lang=ko")
	until(t, messages, "result", "실행 전")
	ask(newPage(t, f), "POST", "/scenarios/B-S2", "")
	until(t, messages, "result", "실행 중이라 아직 모릅니다.")
}

func TestCloseEndsStreamsAndPagesAreStillServed(t *testing.T) {
	p := newPage(t, newFake())
	messages, _ := listen(t, p, "/events?newest=0")
	until(t, messages, "B-S1", "Not played")
	p.Close()
	for range messages {
		continue // until the stream has ended
	}
	p.Close()
	shows(t, get(p, "/"), 200)
	shows(t, ask(p, "POST", "/scenarios", ""), 409)
}

// mute is an answer that nobody reads.
type mute struct{ header http.Header }

func (m mute) Header() http.Header         { return m.header }
func (m mute) WriteHeader(int)             {}
func (m mute) Flush()                      {}
func (m mute) Write(b []byte) (int, error) { return len(b), nil }

func TestStreamsAreBoundedAndShareOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		p := newPage(t, f)
		ctx, leave := context.WithCancel(t.Context())
		for range 32 {
			go p.ServeHTTP(mute{http.Header{}}, httptest.NewRequest("GET", "/events?newest=0", nil).WithContext(ctx))
		}
		synctest.Wait()
		w := get(p, "/events?newest=0")
		shows(t, w, 503, "Too many live pages")
		if w.Header().Get("Retry-After") == "" {
			t.Error("nothing says when to come again")
		}
		<-time.After(10*time.Second + time.Millisecond)
		synctest.Wait()
		if looked := f.looked; looked < 15 || looked > 25 {
			t.Errorf("32 streams looked %d times in 10 s; want about two a second", looked)
		}
		leave()
		synctest.Wait()
		before := f.looked
		<-time.After(time.Minute)
		if f.looked != before {
			t.Errorf("looked %d times while nobody listened", f.looked-before)
		}
	})
}

func TestSilenceIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := httptest.NewRecorder()
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Second)
		defer leave()
		newPage(t, newFake()).ServeHTTP(w, httptest.NewRequest("GET", "/events?newest=0", nil).WithContext(ctx))
		if n := strings.Count(w.Body.String(), "data: "); n < 9 {
			t.Errorf("%d messages in 20 quiet seconds; a page says that it is not live after five", n)
		}
	})
}
