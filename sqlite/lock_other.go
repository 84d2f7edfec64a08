//go:build !unix || solaris || aix

package sqlite

// fileLock does nothing on systems without flock.
type fileLock struct{}

func lockFile(string) (*fileLock, error) { return &fileLock{}, nil }

func (*fileLock) release() error { return nil }
