package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// screen is what a command prints, for a test that reads while it runs.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// starts runs a command on a free port until the test ends, and returns its address.
func starts(t *testing.T, args ...string) string {
	t.Helper()
	out, ended := &screen{}, make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- run(ctx, append(args, "-addr", "127.0.0.1:0", "-dir", t.TempDir()), out) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s ended with %v", args[0], err)
		}
	})
	address := regexp.MustCompile(`http://\S+`)
	for deadline := time.After(time.Minute); ; {
		if found := address.FindString(out.String()); found != "" {
			return found
		}
		select {
		case err := <-ended:
			ended <- nil
			t.Fatalf("%s ended at once: %v\n%s", args[0], err, out)
		case <-deadline:
			t.Fatalf("%s does not say where it is:\n%s", args[0], out)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// each service starts alone, with nothing but its own file, and says what it serves.
func TestEachServiceStartsAlone(t *testing.T) {
	t.Setenv("TICKETING_ADMIN_PASSWORD", "correct horse")
	for _, s := range services() {
		url := starts(t, s.name)
		for _, path := range []string{"/healthz", "/openapi.json"} {
			if status, body := get(t, url+path); status != http.StatusOK {
				t.Errorf("%s %s: %d %s", s.name, path, status, body)
			}
		}
	}
}

// Both systems come with concerts to buy tickets for.
func TestBothSystemsStart(t *testing.T) {
	t.Setenv("TICKETING_ADMIN_PASSWORD", "correct horse")
	for _, name := range []string{"all", "monolith"} {
		url := starts(t, name)
		if status, body := get(t, url+"/concerts"); status != http.StatusOK || strings.Count(body, `"AVAILABLE"`) != 3 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestMistakesSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "name a command"},
		{[]string{"everything"}, "ticketing -h"},
		{[]string{"queue", "now"}, "see -h"},
		{[]string{"queue", "-addr", "nowhere", "-dir", t.TempDir()}, "127.0.0.1:8085"},
		{[]string{"user", "-h"}, "help requested"},
		{[]string{"compare", "-buyers", "0"}, "-buyers 0: somebody must pay"},
		{[]string{"compare", "-buyers", "-3"}, "-buyers -3: somebody must pay"},
		{[]string{"compare", "-rounds", "0"}, "give 1 or more"},
		{[]string{"compare", "-late", "0s"}, "give durations above 0"},
		{[]string{"compare", "-outage", "1ms", "-dir", t.TempDir()}, "make the outage longer"},
	} {
		if err := run(t.Context(), c.args, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
	var out screen
	if err := run(t.Context(), []string{"-h"}, &out); err != nil || !strings.Contains(out.String(), "compare") {
		t.Errorf("%v\n%s", err, &out)
	}
}
