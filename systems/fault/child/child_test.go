package child_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/fault/child"
)

// TestMain lets the test binary be the child: it notes in a file how it ends, or does not come to serve.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != "child" {
		os.Exit(m.Run())
	}
	if os.Args[2] == "" {
		fmt.Fprintln(os.Stderr, "there is nothing to note it in")
		os.Exit(1)
	}
	ctx, stop := child.Serving(os.Stdin, os.Stdout)
	defer stop()
	fmt.Println("a word that is not for the parent")
	<-ctx.Done()
	if err := os.WriteFile(os.Args[2], []byte("ended in order"), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// start runs a child that notes its end in a file.
func start(t *testing.T) (p *child.Process, note string) {
	t.Helper()
	dir := t.TempDir()
	note = filepath.Join(dir, "note")
	p, err := child.Start(t.Context(), filepath.Join(dir, "log"), "child", note)
	if err != nil {
		t.Fatal(err)
	}
	return p, note
}

func TestAChildThatIsStoppedEndsInOrder(t *testing.T) {
	t.Parallel()
	p, note := start(t)
	if p.PID() == os.Getpid() {
		t.Error("it is no process of its own")
	}
	p.Stop()
	<-p.Done()
	if text, err := os.ReadFile(note); string(text) != "ended in order" {
		t.Errorf("%q, %v", text, err)
	}
	p.Kill() // nothing is left to kill
	p.Stop()
}

func TestAChildThatIsKilledDoesNothingMore(t *testing.T) {
	t.Parallel()
	p, note := start(t)
	p.Kill()
	<-p.Done()
	if _, err := os.Stat(note); !os.IsNotExist(err) {
		t.Errorf("it came to note its end: %v", err)
	}
}

func TestAChildThatDoesNotServeSaysWhy(t *testing.T) {
	t.Parallel()
	_, err := child.Start(t.Context(), filepath.Join(t.TempDir(), "log"), "child", "")
	if err == nil || !strings.Contains(err.Error(), "there is nothing to note it in") {
		t.Errorf("got %v", err)
	}
	if _, err := child.Start(t.Context(), filepath.Join(t.TempDir(), "no", "log"), "child", "x"); err == nil {
		t.Error("there was no log")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := child.Start(ctx, filepath.Join(t.TempDir(), "log"), "child", filepath.Join(t.TempDir(), "note")); err == nil {
		t.Error("it was waited for without a context")
	}
}

func TestAddressesAreFreeAndDifferent(t *testing.T) {
	t.Parallel()
	free, err := child.Addresses(3)
	if err != nil || len(free) != 3 {
		t.Fatal(free, err)
	}
	for _, address := range free {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		defer l.Close()
	}
}

// The child's side: it ends when its input does.
func ExampleServing() {
	in, parent := io.Pipe()
	ctx, stop := child.Serving(in, os.Stdout)
	defer stop()
	_ = parent.Close() // or it was killed
	<-ctx.Done()
	fmt.Println("the parent is gone")
	// Output:
	// ready
	// the parent is gone
}
