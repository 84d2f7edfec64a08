package redistest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/rueidis"
)

// Server is a Redis of one test's own. Its methods end the test when they fail; they are for one goroutine.
type Server struct {
	t      testing.TB
	folder string
	port   int
	run    *exec.Cmd // nil: it does not run
}

// Start runs a server until the test ends. It keeps an append-only file, written to disk every second.
func Start(t testing.TB) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatalf("redistest: this test runs a Redis of its own and there is no redis-server in the PATH: install it, on Debian: apt-get install redis-server")
	}
	s := &Server{t: t, folder: t.TempDir()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close() // it only found a free port
	s.Start()
	t.Cleanup(s.Kill)
	return s
}

// URL is its address, which stays the same.
func (s *Server) URL() string { return "redis://127.0.0.1:" + strconv.Itoa(s.port) + "/0" }

// Start starts it again, with what it has on disk.
func (s *Server) Start() {
	s.t.Helper()
	s.run = exec.Command("redis-server", "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.folder,
		"--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no", "--loglevel", "warning")
	s.run.Stderr = os.Stderr
	if err := s.run.Start(); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		option := rueidis.MustParseURL(s.URL())
		option.DisableCache = true
		client, err := rueidis.NewClient(option)
		if err == nil {
			err = client.Do(s.t.Context(), client.B().Ping().Build()).Error() // not while it reads its file
			client.Close()
		}
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("redistest: the server does not answer: %v", err)
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-s.t.Context().Done():
			s.t.Fatal("redistest: the test ended while its server started")
		}
	}
}

// Kill ends it with SIGKILL. It may be called twice.
func (s *Server) Kill() {
	if s.run == nil {
		return
	}
	_ = s.run.Process.Kill() // it may have ended by itself
	_ = s.run.Wait()
	s.run = nil
}

// Flush empties it, as FLUSHALL does.
func (s *Server) Flush() {
	s.t.Helper()
	client := connect(s.t, s.URL())
	defer client.Close()
	if err := client.Do(context.Background(), client.B().Flushall().Build()).Error(); err != nil {
		s.t.Fatal(err)
	}
}
