package planted

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/seosa-dev/saga/internal/overlay"
)

// huntFor bounds one hunt: a bug may make the engine go round in circles.
const huntFor = 10 * time.Minute

// Bug is a mistake that the engine does not have.
type Bug struct {
	Name  string
	Rule  string // what it breaks
	Edits []Edit
}

// Edit replaces some words of a source file, which are there exactly once.
type Edit struct {
	File     string // from the root of the module
	Old, New string
}

// Catch is what a hunt found.
type Catch struct {
	Caught    bool
	Schedules int    // that ran until then
	Guarantee string // that was broken
	What      string // happened
	Schedule  string // the shortest, as Go source
}

// Hunt plants the bug into the module at root and explores. The error is about the hunt, not the
// bug: words that are not there, or a build that fails.
func (b Bug) Hunt(ctx context.Context, root string) (Catch, error) {
	dir, err := os.MkdirTemp("", "planted")
	if err != nil {
		return Catch{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // in the folder for such things
	edits := make([]overlay.Edit, len(b.Edits))
	for i, e := range b.Edits {
		edits[i] = overlay.Edit(e)
	}
	edited, err := overlay.Write(root, dir, edits)
	if err != nil {
		return Catch{}, fmt.Errorf("planted bug %q: %w", b.Name, err)
	}
	binary := filepath.Join(dir, "hunt")
	build := exec.CommandContext(ctx, "go", "build", "-overlay", edited, "-o", binary, "./sagatest/internal/hunt")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return Catch{}, fmt.Errorf("planted bug %q does not build: %w\n%s", b.Name, err, out)
	}
	return b.run(ctx, binary)
}

// run hunts. An engine that the bug makes panic has shown it.
func (b Bug) run(ctx context.Context, binary string) (catch Catch, err error) {
	ctx, cancel := context.WithTimeout(ctx, huntFor)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary).Output()
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Catch{}, fmt.Errorf("planted bug %q: the hunt did not end within %v; that proves nothing", b.Name, huntFor)
	case errors.As(err, &exit) && strings.Contains(string(exit.Stderr), "panic:"):
		text, _, _ := strings.Cut(string(exit.Stderr), "\n")
		return Catch{Caught: true, Guarantee: "the engine does not panic", What: text}, nil
	case err != nil:
		return Catch{}, fmt.Errorf("planted bug %q: %w", b.Name, err)
	}
	return catch, json.Unmarshal(out, &catch)
}
