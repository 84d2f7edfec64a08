//go:build unix

package killtest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// site is where all lives of one shop take place.
type site struct {
	folder, catalog, orders string
}

// newSite has ports that the system does not give to outgoing connections, so that they stay free
// while the shop is down.
func newSite(t *testing.T) site {
	t.Helper()
	var free []string
	for range 1000 {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(15000+rand.IntN(15000)))
		if err != nil {
			continue
		}
		defer func() { _ = l.Close() }()
		if free = append(free, l.Addr().String()); len(free) == 2 {
			return site{folder: t.TempDir(), catalog: free[0], orders: free[1]}
		}
	}
	t.Fatal("no free ports between 15000 and 30000")
	return site{}
}

// life is one run of the shop, from its start to its death.
type life struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.Closer
	log   bytes.Buffer // what the shop wrote to standard error; read it when ended is closed
	began time.Time
	ended chan struct{}
	err   error // of the process

	mu       sync.Mutex
	answers  int
	first    time.Duration // from the start to the first answer
	firstEnd time.Duration // from the start to the first answer that says how an order ended
	enough   chan struct{} // gets a value with each answer

	hit    string // "write moment" of the trap that sprang; read it when ended is closed
	faults map[struck]int
}

// fate is what is to happen to a life.
type fate struct {
	kill    string // the trap; see setTrap
	network uint64 // the seed of the network's faults; 0: there are none
	reject  bool   // no order can be stored
}

// struck is a fault of the network.
type struck struct {
	At   string
	Kind fault.Kind
}

// start begins a life.
func (s site) start(t *testing.T, f fate) *life {
	t.Helper()
	l := &life{t: t, ended: make(chan struct{}), enough: make(chan struct{}, 1), faults: map[struck]int{}}
	report, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l.cmd = exec.Command(os.Args[0])
	l.cmd.Env = append(os.Environ(), envFolder+"="+s.folder, envCatalog+"="+s.catalog, envOrders+"="+s.orders, envKill+"="+f.kill)
	if f.network != 0 {
		l.cmd.Env = append(l.cmd.Env, envNetwork+"="+strconv.FormatUint(f.network, 10))
	}
	if f.reject {
		l.cmd.Env = append(l.cmd.Env, envReject+"=yes")
	}
	l.cmd.ExtraFiles = []*os.File{theirs}
	l.cmd.Stderr = &l.log
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	l.began = time.Now()
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	go l.follow(report)
	return l
}

// follow reads what the child's faults report and waits for its end.
func (l *life) follow(report *os.File) {
	lines := bufio.NewScanner(report)
	for lines.Scan() {
		var said struct {
			Level, Msg string
			struck
		}
		err := json.Unmarshal(lines.Bytes(), &said)
		switch moment := momentOf(said.Kind); {
		case err != nil || said.Level != "INFO" || said.Msg != "fault":
			l.t.Errorf("the shop says: %s", lines.Text())
		case moment != "":
			l.hit = said.At + " " + moment
		default:
			l.faults[said.struck]++
		}
	}
	_ = report.Close()
	l.err = l.cmd.Wait()
	close(l.ended)
}

// answered notes an answer of this life, and whether it says how an order ended.
func (l *life) answered(end bool) {
	l.mu.Lock()
	if l.answers++; l.answers == 1 {
		l.first = time.Since(l.began)
	}
	if l.firstEnd == 0 && end {
		l.firstEnd = time.Since(l.began)
	}
	l.mu.Unlock()
	select {
	case l.enough <- struct{}{}:
	default:
	}
}

// await returns true when n answers came, and false if the life ended before, or time is up.
func (l *life) await(n int, limit time.Duration) bool {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for {
		l.mu.Lock()
		have := l.answers
		l.mu.Unlock()
		if have >= n {
			return true
		}
		select {
		case <-l.enough:
		case <-l.ended:
			return false
		case <-deadline.C:
			return false
		}
	}
}

// end waits for the death of a shop that is to die by itself; false if it does not.
func (l *life) end(limit time.Duration) bool {
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

// leave asks for an orderly end.
func (l *life) leave() { _ = l.cmd.Process.Signal(syscall.SIGTERM) }

// rest ends a life in order.
func (l *life) rest() {
	l.t.Helper()
	l.leave()
	if !l.end(springLimit) || !l.left() {
		l.t.Fatalf("the shop did not end well: %v\n%s", l.err, l.lastWords())
	}
	l.sane()
}

// left reports whether the shop ended in order, as it was asked to.
func (l *life) left() bool { return l.err == nil }

// killed checks that nothing but SIGKILL ended the shop, and that it did not misbehave before.
func (l *life) killed() {
	l.t.Helper()
	status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		l.t.Fatalf("the shop ended by itself: %v\n%s", l.err, l.lastWords())
	}
	l.sane()
}

// sane looks for what a shop must not say, whatever happens to it.
func (l *life) sane() {
	l.t.Helper()
	for _, bad := range []string{
		"DATA RACE", "panic", "fatal error", "impossible transition",
		"cannot be read", "could not be folded", "could not be made", "could not be written",
	} {
		if bytes.Contains(l.log.Bytes(), []byte(bad)) {
			l.t.Fatalf("the shop wrote %q:\n%s", bad, l.lastWords())
		}
	}
}

func (l *life) lastWords() []byte {
	text := l.log.Bytes()
	return text[max(len(text)-8<<10, 0):]
}
