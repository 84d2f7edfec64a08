package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/seosa-dev/saga/bench/internal/load"
)

// process is a child as its parent sees it.
type process struct {
	cmd      *exec.Cmd
	born     time.Time // just before its exec
	in       io.WriteCloser
	messages chan message // closed when the child's output ends
	heard    map[string]message
	over     sync.Once
}

// spawn runs this program again as an engine.
func spawn(t task) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to start it again as an engine: %w", err)
	}
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(self), messages: make(chan message, 1024), heard: map[string]message{}}
	p.cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.born = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start an engine: %w", err)
	}
	go p.listen(out)
	return p, nil
}

func (p *process) listen(out io.Reader) {
	defer close(p.messages)
	for in := json.NewDecoder(out); ; {
		var m message
		if in.Decode(&m) != nil {
			return // it has ended, and who waits for a message says so
		}
		p.messages <- m
	}
}

// expect waits for a message, and keeps others for later. patience bounds how long.
func (p *process) expect(ctx context.Context, kind, id string) (message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if m, there := p.heard[kind+"/"+id]; there {
			delete(p.heard, kind+"/"+id)
			return m, nil
		}
		select {
		case m, more := <-p.messages:
			if !more {
				return m, fmt.Errorf("the engine's process ended before it told %q %s", kind, id)
			}
			p.heard[m.Kind+"/"+m.ID] = m
		case <-ctx.Done():
			return message{}, fmt.Errorf("the engine did not tell %q %s: %w", kind, id, context.Cause(ctx))
		}
	}
}

// patience is how long one message of a child may take.
const patience = 5 * time.Minute

// since is how long after the child's exec it told a message.
func (p *process) since(ctx context.Context, kind string) (time.Duration, error) {
	m, err := p.expect(ctx, kind, "")
	return time.Unix(0, m.At).Sub(p.born), err
}

// start lets it start n trips, and returns how long that took.
func (p *process) start(ctx context.Context, n int) (time.Duration, error) {
	from := time.Now()
	if err := json.NewEncoder(p.in).Encode(request{Start: n}); err != nil {
		return 0, err
	}
	_, err := p.expect(ctx, "started", "")
	return time.Since(from), err
}

// figures asks for its own.
func (p *process) figures(ctx context.Context) (figures, error) {
	if err := json.NewEncoder(p.in).Encode(request{}); err != nil {
		return figures{}, err
	}
	m, err := p.expect(ctx, "figures", "")
	return m.Figures, err
}

// profileHeap lets it write what its heap holds to a file. Whatever it tells next, it has done that.
func (p *process) profileHeap(path string) error {
	return json.NewEncoder(p.in).Encode(request{Heap: path})
}

// cpu is the processor time that it has used, in seconds.
func (p *process) cpu() float64 { return load.ProcessTime(p.cmd.Process.Pid) }

func (p *process) memory(name string) float64 { return memory(p.cmd.Process.Pid, name) }

// kill is kill -9, without waiting until the process is gone.
func (p *process) kill() error { return p.cmd.Process.Kill() }

// end lets it end in order, and waits.
func (p *process) end() (err error) {
	p.over.Do(func() {
		err = p.in.Close()
		p.drain()
		err = errors.Join(err, p.cmd.Wait())
	})
	return err
}

// gone makes sure that it is no more, however the case went.
func (p *process) gone() {
	p.over.Do(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		p.drain()
		_ = p.cmd.Wait()
	})
}

// drain reads to the end of its output, as Wait demands.
func (p *process) drain() {
	for range p.messages {
	}
}
