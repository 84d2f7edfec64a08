package overlay_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/internal/overlay"
)

const greeting = "package main\n\nfunc main() { print(\"good \" + \"day\") }\n"

// module makes a module of one program.
func module(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for file, text := range map[string]string{"go.mod": "module greet\n\ngo 1.26\n", "main.go": greeting} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// The build has the edits, one upon the other, and the source does not.
func TestABuildHasTheEdits(t *testing.T) {
	root := module(t)
	file, err := overlay.Write(root, t.TempDir(), []overlay.Edit{
		{File: "main.go", Old: `"good "`, New: `"bad "`},
		{File: "main.go", Old: `"bad " + "day"`, New: `"bad " + "night"`},
	})
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "run", "-overlay", file, ".")
	run.Dir = root
	if out, err := run.CombinedOutput(); err != nil || string(out) != "bad night" {
		t.Errorf("the program says %q, error %v; want what was edited", out, err)
	}
	if text, err := os.ReadFile(filepath.Join(root, "main.go")); err != nil || string(text) != greeting {
		t.Errorf("the source is %q, error %v; want it as it was", text, err)
	}
}

func TestWordsThatAreNotThereOnceAreAnError(t *testing.T) {
	root := module(t)
	for _, old := range []string{"no such words", "d"} {
		_, err := overlay.Write(root, t.TempDir(), []overlay.Edit{{File: "main.go", Old: old, New: "x"}})
		if err == nil || !strings.Contains(err.Error(), "main.go") {
			t.Errorf("words %q: error %v, want one that names the file", old, err)
		}
	}
	if _, err := overlay.Write(root, t.TempDir(), []overlay.Edit{{File: "gone.go", Old: "a", New: "b"}}); err == nil {
		t.Error("a file that is not there was edited")
	}
}
