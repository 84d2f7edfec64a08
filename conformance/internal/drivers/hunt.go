package drivers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga/internal/overlay"
)

// huntFor bounds the run of one bug's tests: a bug may make a store wait for ever.
const huntFor = 2 * time.Minute

// sound runs beside the tests of every bug and must pass: with it a store is opened and written to.
const sound = "TestConformance/Join/position-0"

// Driver is a package with a store, and what is planted into it.
type Driver struct {
	Folder string // from the root of the module
	Bugs   []Bug
}

// Bug is a mistake that a driver does not have.
type Bug struct {
	Name  string
	Rule  string // what it breaks
	Tests string // which tests of the driver's package run, as a pattern for -test.run
	Edits []overlay.Edit
}

// Hunt plants a bug into the driver, in the module at root, runs the bug's tests, and returns the
// names of those that failed. The error is about the hunt, not the bug: words that are not there, a
// build that fails, tests that panic or hang, a store that does not even open, or a statement that
// the database does not understand.
func (d Driver) Hunt(ctx context.Context, root string, b Bug) (failed []string, err error) {
	dir, err := os.MkdirTemp("", "planted")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // in the folder for such things
	if failed, err = d.hunt(ctx, root, dir, b); err != nil {
		return nil, fmt.Errorf("%s: planted bug %q: %w", d.Folder, b.Name, err)
	}
	return failed, nil
}

func (d Driver) hunt(ctx context.Context, root, dir string, b Bug) ([]string, error) {
	edited, err := overlay.Write(root, dir, b.Edits)
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "tests")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-s -w",
		"-overlay", edited, "-o", binary, "./"+d.Folder)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("it does not build: %w\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(ctx, huntFor)
	defer cancel()
	tests := exec.CommandContext(ctx, binary, "-test.v", "-test.run", pattern(sound)+"|"+b.Tests)
	tests.Dir = filepath.Join(root, d.Folder)
	out, err := tests.CombinedOutput()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("its tests did not end within %v; that proves nothing", huntFor)
	}
	return judge(string(out), err)
}

// pattern makes the pattern of one test from its name.
func pattern(name string) string { return "^" + strings.ReplaceAll(name, "/", "$/^") + "$" }

// judge reads what a test binary has said, and how it ended.
func judge(out string, ended error) ([]string, error) {
	failed, passed := verdicts(out, "FAIL"), verdicts(out, "PASS")
	var exit *exec.ExitError
	switch {
	case ended != nil && !errors.As(ended, &exit):
		return nil, ended
	case strings.Contains(out, "panic: "):
		return nil, fmt.Errorf("its tests panic:\n%s", out)
	case !slices.Contains(passed, sound):
		return nil, fmt.Errorf("%s does not pass, so the driver does not work at all:\n%s", sound, out)
	case strings.Contains(out, "SQLSTATE 42") || strings.Contains(out, "SQL logic error"):
		return nil, fmt.Errorf("the database does not understand a statement:\n%s", out)
	case ended != nil && len(failed) == 0:
		return nil, fmt.Errorf("its tests do not end as tests do: %w\n%s", ended, out)
	}
	return failed, nil
}

// verdicts returns the tests that ended in such a way, but for those that only hold others.
func verdicts(out, how string) (names []string) {
	for _, m := range regexp.MustCompile(`(?m)^ *--- `+how+`: (\S+) \(`).FindAllStringSubmatch(out, -1) {
		names = append(names, m[1])
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(names, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}
