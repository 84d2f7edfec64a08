package session_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/session"
)

func TestTheKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shop.key")
	const callers = 8
	var keys [callers][]byte
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			var err error
			if keys[i], err = session.LoadKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, key := range keys {
		if len(key) < session.MinKey || !bytes.Equal(key, keys[0]) {
			t.Fatalf("the callers got different keys, or short ones: %x", keys)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v %v, want a file of mode 600", info, err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("something was left beside the key: %v %v", files, err)
	}
	other, err := session.LoadKey(filepath.Join(t.TempDir(), "shop.key"))
	if err != nil || bytes.Equal(other, keys[0]) {
		t.Errorf("another file has the same key: %v", err)
	}
}

func TestABadKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	long := strings.Repeat("k", session.MinKey)
	for name, c := range map[string]struct {
		content string
		mode    os.FileMode
		advice  string // "" for a good one
	}{
		"good": {long, 0o600, ""}, "read only": {long, 0o400, ""}, "longer": {long + long, 0o600, ""},
		"empty": {"", 0o600, "remove it"}, "short": {long[1:], 0o600, "remove it"},
		"open to all": {long, 0o644, "chmod 600"}, "open to the group": {long, 0o640, "chmod 600"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		key, err := session.LoadKey(path)
		switch {
		case c.advice == "" && (err != nil || string(key) != c.content):
			t.Errorf("%s: got %q %v", name, key, err)
		case c.advice != "" && (err == nil || key != nil || !strings.Contains(err.Error(), c.advice)):
			t.Errorf("%s: got %q %v, want an error that says %q", name, key, err, c.advice)
		}
	}
	if key, err := session.LoadKey(filepath.Join(dir, "none", "shop.key")); err == nil || key != nil {
		t.Errorf("a key in a folder that does not exist: %q", key)
	}
}
