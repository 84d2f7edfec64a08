package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// machine says where and with what a run is made, and how busy it was before.
func machine() []string {
	processor := field("/proc/cpuinfo", "model name")
	return []string{
		fmt.Sprintf("machine: %s, %d cores, %s/%s, %s", processor, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, line("/proc/sys/kernel/osrelease")),
		"built with: " + runtime.Version() + "; load average before the run: " + loadAverage(),
	}
}

// loadAverage is that of the last minute: on more cores than that, nobody waits.
func loadAverage() string {
	last, _, _ := strings.Cut(line("/proc/loadavg"), " ")
	return last
}

// memory reads a figure of a process in bytes: VmRSS is what it has in memory, VmHWM the most it had.
// 0 is unknown: there is no /proc.
func memory(pid int, name string) float64 {
	kilobytes, _, _ := strings.Cut(field("/proc/"+strconv.Itoa(pid)+"/status", name), " ")
	n, _ := strconv.ParseFloat(kilobytes, 64)
	return n * 1024
}

// field finds "name: value" in a file; "unknown" if there is none.
func field(path, name string) string {
	text, _ := os.ReadFile(path)
	for l := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(l, ":"); strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func line(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.1f MB", bytes/1e6) }
