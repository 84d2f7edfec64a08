//go:build unix

package killtest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// life is one run of the system, from its start to its death.
type life struct {
	t       *testing.T
	cmd     *exec.Cmd
	stdin   io.Closer
	words   bytes.Buffer // what it wrote to standard error; read it when ended is closed
	ended   chan struct{}
	err     error        // of the process
	answers atomic.Int64 // that it gave

	hit    string // "place moment" of the trap that sprang; read both when ended is closed
	faults map[fault.Kind]int
}

// begin starts a life.
func begin(t *testing.T, f fate) *life {
	t.Helper()
	l := &life{t: t, ended: make(chan struct{}), faults: map[fault.Kind]int{}}
	report, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	l.cmd = exec.Command(os.Args[0])
	l.cmd.Env = append(os.Environ(), envFate+"="+string(text))
	l.cmd.ExtraFiles, l.cmd.Stderr = []*os.File{theirs}, &l.words
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	go l.follow(report)
	return l
}

// follow reads what the faults report and waits for the end.
func (l *life) follow(report *os.File) {
	defer close(l.ended)
	for lines := bufio.NewScanner(report); lines.Scan(); {
		var said struct {
			Msg, At string
			Kind    fault.Kind
		}
		switch err := json.Unmarshal(lines.Bytes(), &said); {
		case err != nil || said.Msg != "fault":
			l.t.Errorf("the faults say: %s", lines.Text())
		case momentOf(said.Kind) != "":
			l.hit = said.At + " " + momentOf(said.Kind)
		default:
			l.faults[said.Kind]++
		}
	}
	_ = report.Close()
	l.err = l.cmd.Wait()
}

// ends waits for the death of a process that is to die by itself; false if it does not.
func (l *life) ends(limit time.Duration) bool {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	select {
	case <-l.ended:
		return true
	case <-deadline.C:
		return false
	}
}

func (l *life) kill() {
	_ = l.cmd.Process.Kill()
	<-l.ended
}

// bury checks that nothing but SIGKILL ended the process, and that it did not misbehave before.
func (l *life) bury() {
	l.t.Helper()
	if status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		l.t.Fatalf("the system ended by itself: %v\n%s", l.err, l.lastWords())
	}
	l.sane()
}

// rest ends a life in order.
func (l *life) rest() {
	l.t.Helper()
	_ = l.cmd.Process.Signal(syscall.SIGTERM)
	if !l.ends(time.Minute) || l.err != nil {
		l.t.Fatalf("the system did not end well: %v\n%s", l.err, l.lastWords())
	}
	l.sane()
}

// sane looks for what the system must not say, whatever happens to it.
func (l *life) sane() {
	l.t.Helper()
	for _, bad := range []string{"DATA RACE", "panic", "fatal error", "impossible transition", "cannot be read", "could not be folded", "dead letter"} {
		if bytes.Contains(l.words.Bytes(), []byte(bad)) {
			l.t.Fatalf("the system wrote %q:\n%s", bad, l.lastWords())
		}
	}
}

func (l *life) lastWords() []byte {
	text := l.words.Bytes()
	return text[max(len(text)-8<<10, 0):]
}
