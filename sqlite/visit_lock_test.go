//go:build unix

package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// gone wants all nodes, and one at least, to be reported as gone or none.
func gone(t *testing.T, store saga.Store, want bool) {
	t.Helper()
	nodes, err := store.Instances().Nodes(t.Context())
	if err != nil || len(nodes) == 0 {
		t.Fatalf("got nodes %+v, error %v", nodes, err)
	}
	for _, n := range nodes {
		if n.Gone != want {
			t.Errorf("%s: Gone is %v, want %v", n.ID, n.Gone, want)
		}
	}
}

func TestVisitSeesWhetherAProcessHasTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	visitor := visit(t, path)
	gone(t, visitor, false)
	closed(t, owner)
	gone(t, visitor, true)
	again := open(t, path)
	gone(t, visitor, false)
	gone(t, again, true) // to the owner, who joined before it are gone
	closed(t, again)
	if err := os.Remove(path + ".lock"); err != nil {
		t.Fatal(err)
	}
	gone(t, visitor, true)
	if _, err := os.Stat(path + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the visitor made a lock")
	}
}

// TestVisitBesideAnotherProcess reads and sends while a real process writes, until it is killed.
func TestVisitBesideAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 10 {
		lines.Scan()
	}
	go io.Copy(io.Discard, out) // so that it goes on
	visitor := visit(t, path)
	gone(t, visitor, false)
	node := fmt.Sprint("node of ", cmd.Process.Pid)
	seen := 10 // that many were acknowledged
	for i := range 10 {
		if err := visitor.Instances().Send(t.Context(), []saga.Command{command(id(i), "s")}); err != nil {
			t.Errorf("send %d: %v", i, err)
		}
		tail, err := visitor.Journal().Tail(t.Context(), node)
		if err != nil || len(tail.Positions) < seen {
			t.Errorf("the visitor sees %d positions after %d; error %v", len(tail.Positions), seen, err)
		}
		seen = len(tail.Positions)
	}
	cmd.Process.Kill()
	cmd.Wait()
	gone(t, visitor, true)
	if tail, err := visitor.Journal().Tail(t.Context(), node); err != nil || len(tail.Positions) < seen {
		t.Errorf("after the kill the visitor sees %d positions after %d; error %v", len(tail.Positions), seen, err)
	}
}

// A glance holds the lock for a moment, in which somebody may want to open the file.
func TestAGlanceKeepsNobodyOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	closed(t, owner)

	f, err := os.Open(path + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { f.Close() })
	closed(t, open(t, path))

	visitor := visit(t, path)
	var glances atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if _, err := visitor.Instances().Nodes(t.Context()); err != nil {
				t.Errorf("nodes: %v", err)
			}
			glances.Add(1)
		}
	}()
	for range 20 {
		closed(t, open(t, path))
	}
	cancel()
	<-ended
	if glances.Load() < 20 {
		t.Errorf("only %d glances were made", glances.Load())
	}
}

// visitorVariable makes the test binary a visitor of the file it names, who says what it can do.
const visitorVariable = "SAGA_SQLITE_TEST_VISITOR"

func visitor(ctx context.Context, path string) string {
	store, err := sqlite.Visit(ctx, path)
	if err != nil {
		return fmt.Sprint("visit: ", err)
	}
	defer store.Close()
	rows, err := store.Reader().Find(ctx, saga.Filter{})
	text := fmt.Sprintf("rows: %d %v\n", len(rows), err)
	return text + fmt.Sprintf("send: %v\n", store.Instances().Send(ctx, []saga.Command{command("c", "s")}))
}

// asReader lets a process visit the file that may read it and write nowhere.
func asReader(t *testing.T, folder, path string) string {
	t.Helper()
	binary := filepath.Join(folder, "visitor")
	self, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(binary, self, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = append(os.Environ(), visitorVariable+"="+path)
	cmd.Dir = folder
	if os.Geteuid() == 0 { // whom no mode keeps from writing
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// TestVisitOfOneWhoMayOnlyRead: it works while another process has the file, and leaves nothing
// behind that the engine could not use.
func TestVisitOfOneWhoMayOnlyRead(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "sagas")
	for path := top; len(path) > len(filepath.Clean(os.TempDir())); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	modes(t, folder, path, 0o444, 0o555)
	defer modes(t, folder, path, 0o644, 0o755)
	said := asReader(t, top, path)
	if !strings.Contains(said, "rows: 1 <nil>") || !strings.Contains(said, "send: sqlite: send: nothing was done; run this as a user") {
		t.Errorf("beside the owner it said:\n%s", said)
	}
	modes(t, folder, path, 0o644, 0o755)
	closed(t, owner)
	modes(t, folder, path, 0o444, 0o777)
	said = asReader(t, top, path)
	if !strings.Contains(said, "visit:") || !strings.Contains(said, "as the user of the engine") {
		t.Errorf("without an owner it said:\n%s", said)
	}
	left, err := filepath.Glob(path + "-*")
	if err != nil || len(left) > 0 {
		t.Errorf("it left %q behind; error %v", left, err)
	}
	modes(t, folder, path, 0o644, 0o755)
	told(t, open(t, path), "a")
}

// modes sets those of the folder and of all files of the database.
func modes(t *testing.T, folder, path string, files, folders os.FileMode) {
	t.Helper()
	all, err := filepath.Glob(path + "*")
	for _, name := range all {
		err = errors.Join(err, os.Chmod(name, files))
	}
	if err = errors.Join(err, os.Chmod(folder, folders)); err != nil {
		t.Fatal(err)
	}
}
