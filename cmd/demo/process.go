package main

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

// process is the child as the parent sees it.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ready chan struct{} // closed when it serves
	done  chan struct{}
}

// startProcess runs this program again as the system, and waits until it serves.
func startProcess(ctx context.Context, dir string, at addresses, logPath string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{
		cmd:   exec.Command(self, childFlag, "-dir", dir, "-shop", at.shop, "-control", at.control),
		ready: make(chan struct{}), done: make(chan struct{}),
	}
	p.cmd.Stderr = log
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
		p.kill()
		return nil, fmt.Errorf("the system did not start: %w%s", err, lastLine(logPath))
	}
	return p, nil
}

// listen waits for the child's one word and then for its end.
func (p *process) listen(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == readyWord {
			close(p.ready)
		}
	}
	p.cmd.Wait()
	close(p.done)
}

func (p *process) serves(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
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

// kill is kill -9: no handler runs and nothing is flushed.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// stop ends the child in order: its input ends, it drains and closes.
func (p *process) stop() {
	p.in.Close()
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		p.kill()
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
