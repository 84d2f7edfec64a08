package stage

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga/systems/fault/child"
	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

// lane is one system with its process.
type lane struct {
	config  Config
	folder  string
	budget  time.Duration
	door    string
	control string
	process *child.Process // nil: none was started
}

// openLane starts a system and returns how rows reach it.
func openLane(ctx context.Context, config Config, name string, budget time.Duration) (*lane, *scenario.System, error) {
	l := &lane{config: config, folder: filepath.Join(config.Folder, name), budget: budget}
	if err := os.MkdirAll(l.folder, 0o700); err != nil {
		return nil, nil, fmt.Errorf("stage: %w", err)
	}
	free, err := child.Addresses(2)
	if err != nil {
		return nil, nil, err
	}
	l.door, l.control = free[0], free[1]
	if err := l.restart(ctx); err != nil {
		return nil, nil, err
	}
	return l, &scenario.System{
		URL: "http://" + l.door, Control: "http://" + l.control, Sagas: filepath.Join(l.folder, "orchestrator.db"),
		// A connection that a kill broke is never used again.
		HTTP:  &http.Client{Timeout: 2 * patience, Transport: &http.Transport{DisableKeepAlives: true}},
		Admin: admin, Password: password, Restart: l.restart, Died: l.died,
	}, nil
}

// restart kills the process, if it lives, and starts another.
func (l *lane) restart(ctx context.Context) (err error) {
	if l.process != nil {
		l.process.Kill()
	}
	args := append(append([]string{}, l.config.Child...),
		"-folder", l.folder, "-door", l.door, "-control", l.control, "-budget", l.budget.String())
	l.process, err = child.Start(ctx, filepath.Join(l.folder, "system.log"), args...)
	return err
}

func (l *lane) died(ctx context.Context) error {
	select {
	case <-l.process.Done():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waited in vain for the system to die: %w", ctx.Err())
	}
}

func (l *lane) close() {
	if l.process != nil {
		l.process.Stop()
	}
}
