package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test binary be the children that the demo starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == childFlag || os.Args[1] == stageFlag) {
		if err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func play(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	err := run(ctx, args, os.Stdin, &out)
	return out.String(), err
}

// The four stories end as they should, and do so again on the data that they left behind.
func TestStoriesOnFreshAndOnOldData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made by the demo")
	for i, numbers := range []string{"1000 1001 1002 1003", "1004 1005 1006 1007"} {
		out, err := play(t, "-dir", dir, "-port", "0", "-stay=false")
		if err != nil {
			t.Fatalf("run %d: %v\n%s", i+1, err, out)
		}
		for _, number := range strings.Fields(numbers) {
			if !strings.Contains(out, "PUT /orders/"+number) {
				t.Errorf("run %d never ordered %s:\n%s", i+1, number, out)
			}
		}
		for _, fact := range []string{
			"■ stock: refused", "409 Conflict", "◇ stock: unknown", "● stock, probe: succeeded", "kill -9", "taken over",
			fmt.Sprintf("%d before, 10 sold, %d left", 10000-10*i, 9990-10*i),
		} {
			if !strings.Contains(out, fact) {
				t.Errorf("run %d does not show %q:\n%s", i+1, fact, out)
			}
		}
		if n := strings.Count(out, "201 Created"); n != 3 {
			t.Errorf("run %d: %d orders went through, want 3:\n%s", i+1, n, out)
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := fmt.Sprint(taken.Addr().(*net.TCPAddr).Port)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "order.db"), []byte(strings.Repeat("no database ", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"port taken", []string{"-dir", t.TempDir(), "-port", port}, []string{"port " + port + " is taken", "-port"}},
		{"no port", []string{"-dir", t.TempDir(), "-port", "70000"}, []string{"70000 is no port"}},
		{"folder is a file", []string{"-dir", file, "-port", "0"}, []string{"data folder", "-dir"}},
		{"broken database", []string{"-dir", broken, "-port", "0"}, []string{"did not start", "not an SQLite database"}},
		{"unknown argument", []string{"four"}, []string{`unknown argument "four"`, "play"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := play(t, append([]string{"-stay=false"}, c.args...)...)
			for _, part := range c.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
		})
	}
}

// stopper cancels when the demo has printed a word: ctrl-C at that moment.
type stopper struct {
	io.Writer
	word string
	stop context.CancelFunc
	once sync.Once
}

func (s *stopper) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(s.word)) {
		s.once.Do(s.stop)
	}
	return s.Writer.Write(p)
}

func TestCtrlCEndsCleanlyAtAnyTime(t *testing.T) {
	for _, word := range []string{"run in process", "PUT /orders/1000", "PUT /orders/1002", "started again", "The page stays"} {
		t.Run(word, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			dir := t.TempDir()
			err := run(ctx, []string{"-dir", dir, "-port", "0", "-stay"}, os.Stdin, &stopper{Writer: io.Discard, word: word, stop: stop})
			if during := word != "The page stays"; during != errors.Is(err, errInterrupted) || !during && err != nil {
				t.Fatal(err)
			}
			if out, err := play(t, "-dir", dir, "-port", "0", "-stay=false"); err != nil {
				t.Fatalf("the data does not serve another run: %v\n%s", err, out)
			}
		})
	}
}
