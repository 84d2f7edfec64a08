package load

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// machineFacts say where and with what a run was made. On a system without /proc some are unknown.
func machineFacts() []string {
	processor, kernel := "unknown processor", runtime.GOOS
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				processor = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = runtime.GOOS + " " + strings.TrimSpace(string(text))
	}
	return []string{
		fmt.Sprintf("machine: %s, %d cores, %s/%s, %s", processor, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, kernel),
		"built with: " + runtime.Version() + "; " + strings.Join(modules(), ", "),
	}
}

// modules are the databases' drivers and the peers; the rest of what is linked in decides nothing.
func modules() (told []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, dep := range info.Deps {
		tells := func(part string) bool { return strings.Contains(dep.Path, part) }
		if slices.ContainsFunc([]string{"jackc/pgx/v5", "modernc.org/sqlite", "dbos-inc/", "dtm-labs/dtm", "dtm-labs/client"}, tells) {
			told = append(told, dep.Path+" "+dep.Version)
		}
	}
	return told
}
