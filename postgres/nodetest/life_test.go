//go:build unix

package nodetest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// life is one run of a node, from its start to its death.
type life struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	stdin io.Closer
	said  bytes.Buffer // standard error; read it when ended is closed
	ended chan struct{}
	err   error // of the process

	mu      sync.Mutex
	address string // "" until it can be reached
	notes   []note
	last    []string // the last lines that were more than measures
}

// note is a line of a node's report.
type note struct {
	Level, Msg string
	Time       time.Time
	Kind       saga.MeasureKind
	Node       string // the incarnation
	From       string // the one that was taken over
	Count      int
	Tries      int
	Rejected   bool
	Failed     bool
	Address    string
	Instance   string

	life *life
}

func startLife(t *testing.T, name, store, desk string, lease time.Duration, hear func(note)) *life {
	t.Helper()
	l := &life{t: t, name: name, ended: make(chan struct{})}
	report, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l.cmd = exec.Command(os.Args[0])
	l.cmd.Env = append(os.Environ(), envStore+"="+store, envDesk+"="+desk, envName+"="+name)
	if lease > 0 {
		l.cmd.Env = append(l.cmd.Env, envLease+"="+lease.String())
	}
	l.cmd.ExtraFiles = []*os.File{theirs}
	l.cmd.Stderr = &l.said
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	go l.follow(report, hear)
	return l
}

// follow reads what the node reports and waits for its end.
func (l *life) follow(report io.ReadCloser, hear func(note)) {
	lines := bufio.NewScanner(report)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		n := note{life: l}
		if err := json.Unmarshal(lines.Bytes(), &n); err != nil {
			l.t.Errorf("%s says: %s", l.name, lines.Text())
			continue
		}
		l.keep(n, lines.Text())
		hear(n)
	}
	_ = report.Close()
	l.err = l.cmd.Wait()
	close(l.ended)
}

func (l *life) keep(n note, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch n.Msg {
	case saysAddress:
		l.address = n.Address
		return
	case saysEnded:
		return
	case saysMeasure:
	default:
		l.last = append(l.last[max(0, len(l.last)-40):], text)
	}
	l.notes = append(l.notes, n)
	if n.Level == "ERROR" && !strings.HasPrefix(n.Msg, "the store failed") {
		l.t.Errorf("%s says: %s", l.name, text)
	}
}

// where is the node's address; "" if it has none yet.
func (l *life) where() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.address
}

// count counts what the node has reported.
func (l *life) count(which func(note) bool) (found int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.notes {
		if which(n) {
			found++
		}
	}
	return found
}

// serves reports whether the node has written under an incarnation.
func (l *life) serves() bool { return l.where() != "" && l.count(accepted) > 0 }

func accepted(n note) bool {
	return n.Msg == saysMeasure && n.Kind == saga.MeasuredAppend && !n.Rejected
}

func rejected(n note) bool { return n.Msg == saysMeasure && n.Rejected }

// wasTaken reports whether a note says that an incarnation of this life was taken over.
func (l *life) wasTaken(n note) bool { return n.From != "" && strings.HasPrefix(n.From, l.name+"-") }

// kill ends the process and checks that nothing else had ended it.
func (l *life) kill() {
	l.t.Helper()
	_ = l.cmd.Process.Kill()
	<-l.ended
	status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		l.t.Fatalf("node %s ended by itself: %v\n%s", l.name, l.err, l.words())
	}
	l.sane()
}

func (l *life) pause()  { _ = l.cmd.Process.Signal(syscall.SIGSTOP) }
func (l *life) resume() { _ = l.cmd.Process.Signal(syscall.SIGCONT) }

// leave asks for an orderly end.
func (l *life) leave() { _ = l.cmd.Process.Signal(syscall.SIGTERM) }

// left wants the orderly end that was asked for.
func (l *life) left() {
	l.t.Helper()
	if !within(30*time.Second, l.ended) {
		_ = l.cmd.Process.Kill()
		<-l.ended
		l.t.Fatalf("node %s did not leave within 30 s of SIGTERM\n%s", l.name, l.words())
	}
	if l.err != nil {
		l.t.Errorf("node %s did not leave in order: %v\n%s", l.name, l.err, l.words())
	}
	l.sane()
}

// sane looks for what a node must not write, whatever happens to it.
func (l *life) sane() {
	l.t.Helper()
	for _, bad := range []string{"DATA RACE", "panic", "fatal error"} {
		if bytes.Contains(l.said.Bytes(), []byte(bad)) {
			l.t.Fatalf("node %s wrote %q:\n%s", l.name, bad, l.words())
		}
	}
}

// words are the last of an ended node.
func (l *life) words() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.said.Bytes()
	return strings.Join(l.last, "\n") + "\n" + string(text[max(len(text)-8<<10, 0):])
}
