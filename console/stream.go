package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	maxStreams  = 64              // open at once; each reads the source once a second
	streamBeat  = time.Second     // between two reads
	streamWrite = 5 * time.Second // for one message to leave
)

// fragment is a part of a page that a stream keeps true: the template that drew it, and its data.
type fragment struct {
	ID       string
	Template string
	Data     any
	Into     string // the element to which it is added if the page does not have it yet
	Stamp    int    // grows with what happened, not with the clock: a change of it is shown as fresh
}

// sent is a fragment as the script receives it.
type sent struct {
	ID    string `json:"id"`
	HTML  string `json:"html"`
	Into  string `json:"into,omitempty"`
	Fresh bool   `json:"fresh,omitempty"`
}

// message is one server-sent event. One is sent every second even if nothing changed: silence is
// how a page knows that it is no longer live.
type message struct {
	Clock string `json:"clock"`
	Set   []sent `json:"set,omitempty"`
}

// live reads the fragments of one page.
type live func(ctx context.Context) ([]fragment, error)

func (c *Console) stream(w http.ResponseWriter, r *http.Request, v viewer) {
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	select {
	case c.streams <- struct{}{}:
		defer func() { <-c.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		http.Error(w, v.Say("stream.full"), http.StatusServiceUnavailable)
		return
	}
	read, err := c.liveFor(r, v)
	if err != nil {
		http.Error(w, v.Say("stream.address"), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not hold events back
	s := &streaming{console: c, viewer: v, out: w, control: http.NewResponseController(w), html: map[string]string{}, stamp: map[string]int{}}
	s.run(r.Context(), read)
}

// streaming is one open stream.
type streaming struct {
	console *Console
	viewer  viewer
	out     http.ResponseWriter
	control *http.ResponseController
	html    map[string]string // as sent last
	stamp   map[string]int
	begun   bool // the first message is out
}

// run sends until the reader leaves or the console is closed. While the source cannot be read it
// stays silent, and the page says by itself that it is not live.
func (s *streaming) run(ctx context.Context, read live) {
	tick := time.NewTicker(streamBeat)
	defer tick.Stop()
	failing := false
	for {
		fragments, err := read(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			s.console.config.Logger.Warn("console: a stream cannot read the source", "error", err)
		}
		failing = err != nil
		if err == nil && s.send(fragments) != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.console.closed:
			return
		case <-tick.C:
		}
	}
}

func (s *streaming) send(fragments []fragment) error {
	m := message{Clock: s.viewer.Clock(time.Now())}
	for _, f := range fragments {
		var b bytes.Buffer
		if err := s.console.pages.ExecuteTemplate(&b, f.Template, f.Data); err != nil {
			return fmt.Errorf("console: fragment %s: %w", f.ID, err)
		}
		before, had := s.html[f.ID]
		if had && before == b.String() {
			continue
		}
		m.Set = append(m.Set, sent{ID: f.ID, HTML: b.String(), Into: f.Into, Fresh: s.fresh(f, had)})
		s.html[f.ID], s.stamp[f.ID] = b.String(), f.Stamp
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("console: message: %w", err)
	}
	// Without deadlines in the writer below, a reader that stopped reading is noticed later.
	_ = s.control.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := fmt.Fprintf(s.out, "retry: 2000\ndata: %s\n\n", data); err != nil {
		return fmt.Errorf("console: stream: %w", err)
	}
	s.begun = true
	return s.control.Flush()
}

// fresh is set for what happened since the reader looked: a fragment whose stamp changed, or a new
// one after the first message, which repeats the whole page.
func (s *streaming) fresh(f fragment, had bool) bool {
	return had && s.stamp[f.ID] != f.Stamp || !had && s.begun
}
