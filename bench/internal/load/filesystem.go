package load

import (
	"os"
	"path/filepath"
	"strings"
)

// FileSystem names the kind of file system that a folder is on, as far as /proc tells.
func FileSystem(dir string) string {
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
