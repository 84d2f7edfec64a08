//go:build unix && !solaris && !aix

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fileLock keeps a file to one process. The lock belongs to the open file, so the operating system
// takes it back whatever way the process ends.
type fileLock struct{ f *os.File }

// lockFile takes the lock and leaves this process's id in the file for whoever is refused.
func lockFile(ctx context.Context, path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("sqlite: the folder must be writable: %w", err)
	}
	if err := take(ctx, f); err != nil {
		defer f.Close()
		return nil, refused(f, path, err)
	}
	l := &fileLock{f}
	if err := l.sign(); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %w", err), l.release())
	}
	return l, nil
}

// lockWithin is how long a lock is waited for that a glance may hold; a glance is over at once.
const lockWithin = 200 * time.Millisecond

func take(ctx context.Context, f *os.File) error {
	for end := time.Now().Add(lockWithin); ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(end) || !wait(ctx, 5*time.Millisecond) {
			return err
		}
	}
}

// isLocked glances at a lock: whether some process has it, as far as can be seen. A lock that
// cannot be looked at counts as taken.
func isLocked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	defer f.Close() // which frees it
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}

// mayWrite asks without opening the file: closing it again would free locks that this process may
// hold on it through connections.
func mayWrite(path string) bool { return syscall.Access(path, 2) == nil }

func (l *fileLock) sign() error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// release frees the lock. The file stays: removing it would let two processes lock two files of
// one name.
func (l *fileLock) release() error { return l.f.Close() }

func refused(f *os.File, path string, err error) error {
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("sqlite: %s cannot be locked; is it on a local disk? %w", path, err)
	}
	buf := make([]byte, 32)
	n, _ := f.ReadAt(buf, 0)
	pid, convErr := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	who := "another process"
	switch {
	case convErr == nil && pid == os.Getpid():
		return fmt.Errorf("sqlite: %s is taken: this process has the file open already; close that store first: %w", path, err)
	case convErr == nil:
		who = "process " + strconv.Itoa(pid)
	}
	return fmt.Errorf("sqlite: %s is taken: %s has the file open; stop it first: %w", path, who, err)
}
