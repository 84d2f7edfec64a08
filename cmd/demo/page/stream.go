package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	maxStreams  = 32                     // open at once
	streamBeat  = 500 * time.Millisecond // between two looks
	streamQuiet = 2 * time.Second        // without a change until one is said: silence means not live
	streamWrite = 5 * time.Second        // for one message to leave
)

// sent is a fragment as the console's script receives it.
type sent struct {
	ID    string `json:"id"`
	HTML  string `json:"html"`
	Fresh bool   `json:"fresh,omitempty"`
}

// message is one server-sent event.
type message struct {
	Clock string `json:"clock"`
	Set   []sent `json:"set,omitempty"`
}

func (p *Page) stream(w http.ResponseWriter, r *http.Request, v reader) {
	read, err := v.moving(r)
	if err != nil {
		http.Error(w, v.Say("stream.address"), http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	select {
	case p.streams <- struct{}{}:
		defer func() { <-p.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		http.Error(w, v.Say("stream.full"), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not hold events back
	s := &streaming{page: p, reader: v, out: w, control: http.NewResponseController(w), html: map[string]string{}}
	if err := s.run(r.Context(), read); err != nil && r.Context().Err() == nil {
		p.config.Logger.Debug("page: a stream ended", "error", err)
	}
}

// streaming is one open stream.
type streaming struct {
	page    *Page
	reader  reader
	out     http.ResponseWriter
	control *http.ResponseController
	html    map[string]string // as sent last
	last    time.Time         // when something was sent
}

// run sends until the reader leaves or the page is closed.
func (s *streaming) run(ctx context.Context, read func(*facts) []fragment) error {
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for {
		f := s.page.recent(ctx)
		if err := s.send(read(&f)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.page.closed.Done():
			return nil
		case <-beat.C:
		}
	}
}

// send writes what changed. The first message repeats the whole page, which may have been drawn a
// while ago; what changes after it is fresh.
func (s *streaming) send(fragments []fragment) error {
	m := message{Clock: s.reader.Clock(time.Now())}
	for _, f := range fragments {
		var b bytes.Buffer
		if err := s.page.pages.ExecuteTemplate(&b, f.Template, f.Data); err != nil {
			return fmt.Errorf("page: fragment %s: %w", f.ID, err)
		}
		if before, had := s.html[f.ID]; !had || before != b.String() {
			m.Set = append(m.Set, sent{f.ID, b.String(), !s.last.IsZero()})
			s.html[f.ID] = b.String()
		}
	}
	if len(m.Set) == 0 && time.Since(s.last) < streamQuiet {
		return nil
	}
	s.last = time.Now()
	return s.write(m)
}

func (s *streaming) write(m message) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("page: message: %w", err)
	}
	// Without deadlines in the writer below, a reader that stopped reading is noticed later.
	_ = s.control.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := fmt.Fprintf(s.out, "retry: 2000\ndata: %s\n\n", data); err != nil {
		return fmt.Errorf("page: stream: %w", err)
	}
	return s.control.Flush()
}
