//go:build unix

package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// childVariable makes the test binary a process that writes to the file it names until it is killed.
const childVariable = "SAGA_SQLITE_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		fmt.Fprintln(os.Stderr, child(context.Background(), path))
		os.Exit(1)
	}
	if path := os.Getenv(visitorVariable); path != "" {
		fmt.Print(visitor(context.Background(), path))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child appends for ever and says so for each append once it was accepted.
func child(ctx context.Context, path string) error {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	node := "node of " + strconv.Itoa(os.Getpid())
	if err := store.Journal().Join(ctx, node, 0); err != nil {
		return err
	}
	for pos := int64(1); ; pos++ {
		a := saga.Append{Node: node, Position: pos, Entries: fmt.Append(nil, pos)}
		a.Starts = []saga.StartKey{{ID: fmt.Sprint(node, "/", pos), Definition: "d"}}
		if _, err := store.Journal().Append(ctx, a); err != nil {
			return err
		}
		fmt.Println(pos)
	}
}

// TestKill kills a process again and again while it writes. What it said it had written is there,
// without a gap, and the file is free at once.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	for range 5 {
		pid, said := killed(t, path)
		store := open(t, path)
		node := "node of " + strconv.Itoa(pid)
		tail, err := store.Journal().Tail(t.Context(), node)
		if err != nil || int64(len(tail.Positions)) < said+1 {
			t.Fatalf("%d appends were acknowledged, %d positions are left; error %v", said, len(tail.Positions), err)
		}
		for i, p := range tail.Positions[1:] {
			keys, err := store.Instances().Keys(t.Context(), []string{fmt.Sprint(node, "/", i+1)})
			if p.Number != int64(i+1) || string(p.Entries) != fmt.Sprint(i+1) || err != nil || len(keys) != 1 {
				t.Fatalf("position %d holds %+v, with keys %v; error %v", i+1, p, keys, err)
			}
		}
		closed(t, store)
	}
}

// killed runs a child, refuses to share its file, and kills it after some appends.
func killed(t *testing.T, path string) (pid int, said int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if said, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if said == 30 {
			refusal(t, path, "process "+strconv.Itoa(cmd.Process.Pid), "stop it")
			cmd.Process.Kill() // what it said until it noticed is still read
		}
	}
	cmd.Wait()
	if said < 30 {
		t.Fatalf("the process ended by itself: %s", stderr.String())
	}
	return cmd.Process.Pid, said
}

func TestSecondOpenInOneProcess(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "sagas.db")
	store := open(t, path)
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link, filepath.Join(folder, ".", "x", "..", "sagas.db")} {
		if err := refusal(t, name, "this process", "close"); strings.Contains(err.Error(), "stop it") {
			t.Errorf("the error tells to stop the process itself: %v", err)
		}
	}
	closed(t, store)
	open(t, link)
}
