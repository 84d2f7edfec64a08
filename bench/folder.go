package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// dataFolder makes a new folder for the data, on a disk.
func dataFolder(under string) (string, error) {
	under, err := filepath.Abs(under)
	if err != nil {
		return "", err
	}
	switch kind := fileSystem(under); kind {
	case "tmpfs", "ramfs":
		return "", fmt.Errorf("%s is in memory (%s), where fsync costs nothing; choose a folder on a disk with -dir", under, kind)
	}
	return os.MkdirTemp(under, "bench-data-")
}

// fileSystem names the kind of file system that a folder is on, as far as /proc tells.
func fileSystem(dir string) string {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "unknown file system"
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return mountOf(dir, string(mounts))
}

// mountOf finds the mount with the longest path that holds dir; of two on one path the later hides
// the earlier.
func mountOf(dir, mounts string) string {
	kind, longest := "unknown file system", 0
	for line := range strings.Lines(mounts) {
		parts := strings.Fields(line) // device, path, kind, ...
		if len(parts) < 3 {
			continue
		}
		at := strings.TrimSuffix(strings.ReplaceAll(parts[1], `\040`, " "), "/") + "/"
		if strings.HasPrefix(dir+"/", at) && len(at) >= longest {
			kind, longest = parts[2], len(at)
		}
	}
	return kind
}
