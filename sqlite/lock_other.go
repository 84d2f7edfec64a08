//go:build !unix || solaris || aix

package sqlite

import "context"

// fileLock does nothing on systems without flock.
type fileLock struct{}

func lockFile(context.Context, string) (*fileLock, error) { return &fileLock{}, nil }

// isLocked does not know, and what is not known counts as taken.
func isLocked(string) bool { return true }

func mayWrite(string) bool { return true }

func (*fileLock) release() error { return nil }
