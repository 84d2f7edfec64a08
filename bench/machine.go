package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// machine is where and with what a run was made.
type machine struct {
	day                     time.Time
	processor, kernel, disk string
	cores                   int
	goVersion               string
	modules                 []string
}

// thisMachine asks /proc; on a system without it those facts are unknown.
func thisMachine(dir string) machine {
	m := machine{
		day: time.Now(), cores: runtime.NumCPU(), goVersion: runtime.Version(),
		processor: "unknown processor", kernel: runtime.GOOS, disk: fileSystem(dir),
	}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				m.processor = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.kernel = runtime.GOOS + " " + strings.TrimSpace(string(text))
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			m.modules = append(m.modules, dep.Path+" "+dep.Version)
		}
	}
	return m
}

func (m machine) facts() []string {
	return []string{
		fmt.Sprintf("machine: %s, %d cores, %s/%s, %s", m.processor, m.cores, runtime.GOOS, runtime.GOARCH, m.kernel),
		"data on: " + m.disk + ", synchronous=FULL, WAL",
		"built with: " + m.goVersion + "; " + strings.Join(m.modules, ", "),
	}
}
