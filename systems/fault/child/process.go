package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	readyWithin = 2 * time.Minute // a child brings its files up to date first
	endsWithin  = 15 * time.Second
)

// Process is a child as its parent sees it. Get one from [Start]. It is safe for concurrent use.
type Process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ready chan struct{} // closed when it serves
	done  chan struct{}
}

// Start runs this program again with these arguments, and waits until it serves. What it says on its
// standard error goes to the end of the file log. If it does not come to serve, it is killed, and the
// error ends with the last line of the log.
func Start(ctx context.Context, log string, args ...string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p := &Process{cmd: exec.Command(self, args...), ready: make(chan struct{}), done: make(chan struct{})}
	p.cmd.Stderr = file
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the system: %w", err)
	}
	go p.listen(out)
	if err := p.serves(ctx); err != nil {
		p.Kill()
		return nil, fmt.Errorf("the system did not start: %w%s", err, lastLine(log))
	}
	return p, nil
}

// listen waits for the child's one word and then for its end.
func (p *Process) listen(out io.Reader) {
	said := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == readyWord && !said {
			said = true
			close(p.ready)
		}
	}
	p.cmd.Wait()
	close(p.done)
}

func (p *Process) serves(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	select {
	case <-p.ready:
		return nil
	case <-p.done:
		return errors.New("it ended")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended, however it did.
func (p *Process) Done() <-chan struct{} { return p.done }

// Kill is kill -9: no handler runs and nothing is flushed. It returns when the child is gone, and does
// nothing to one that is.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// Stop ends the child in order: its input ends, it drains and closes. One that takes longer than 15 s is
// killed.
func (p *Process) Stop() {
	p.in.Close()
	select {
	case <-p.done:
	case <-time.After(endsWithin):
		p.Kill()
	}
}

// lastLine is what the log ends with, to be shown behind an error.
func lastLine(path string) string {
	data, err := os.ReadFile(path)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if err != nil || lines[len(lines)-1] == "" {
		return ""
	}
	return "\n  " + lines[len(lines)-1]
}
