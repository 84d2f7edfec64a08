package session

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// LoadKey returns the key in a file, all of its bytes. If there is no file, it makes one of 32
// random bytes that only its owner can read; of several callers at once, all get the same key. It
// refuses a file that is shorter than MinKey bytes or that others than the owner may open.
func LoadKey(path string) ([]byte, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("session: make the key file %s: %w", path, err)
	}
	return readKey(path)
}

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("session: read the key: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" { // which has no such modes
		return nil, fmt.Errorf("session: others may open the key file %s (mode %v); run chmod 600 on it", path, info.Mode().Perm())
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("session: read the key: %w", err)
	}
	if len(key) < MinKey {
		return nil, fmt.Errorf("session: the key file %s has %d bytes and needs %d; remove it to have a new one made", path, len(key), MinKey)
	}
	return key, nil
}

// makeKey writes the file under another name first: whoever finds the key finds all of it.
func makeKey(path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // readable by the owner only
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	key := make([]byte, MinKey)
	_, _ = rand.Read(key) // never fails
	_, err = file.Write(key)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Link(file.Name(), path) // unlike a rename it replaces nothing
}
