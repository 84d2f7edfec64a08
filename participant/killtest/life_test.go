//go:build unix

package killtest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// tally counts what the children report and what is done to them.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *tally) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[what]++
}

func (c *tally) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts[what]
}

// String is the report.
func (c *tally) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(&b, "%6d %s\n", c.counts[what], what)
	}
	return b.String()
}

// life is one run of a child, from its start to its death.
type life struct {
	t     *testing.T
	role  string
	cmd   *exec.Cmd
	stdin io.Closer
	said  bytes.Buffer // standard error; read it when ended is closed
	ended chan struct{}
}

func (s *site) live(role string, seed uint64) *life {
	l := &life{t: s.t, role: role, ended: make(chan struct{})}
	l.cmd = exec.Command(os.Args[0])
	l.cmd.Env = append(os.Environ(), envRole+"="+role, envSagas+"="+s.sagas, envWork+"="+s.work, envCalls+"="+s.calls, envStarts+"="+s.starts,
		fmt.Sprintf("%s=%d", envSeed, seed))
	l.cmd.Stderr = &l.said
	out, err := l.cmd.StdoutPipe()
	if err == nil {
		l.stdin, err = l.cmd.StdinPipe()
	}
	if err == nil {
		err = l.cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.tally.note(lines.Text())
		}
		_ = l.cmd.Wait()
		close(l.ended)
	}()
	return l
}

// kill ends the process and checks that nothing else had ended it.
func (l *life) kill() {
	l.t.Helper()
	_ = l.cmd.Process.Kill()
	<-l.ended
	status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus)
	text := l.said.Bytes()
	words := text[max(0, len(text)-8<<10):]
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		l.t.Fatalf("the %s ended by itself:\n%s", l.role, words)
	}
	for _, bad := range []string{"DATA RACE", "panic", "impossible", "dead letter"} {
		if bytes.Contains(text, []byte(bad)) {
			l.t.Fatalf("the %s wrote %q:\n%s", l.role, bad, words)
		}
	}
}
