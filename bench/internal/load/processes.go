package load

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// processes are those of one PostgreSQL server on this machine: its first one and that one's
// children. The first adopts the time of children that have ended, so nothing is lost.
type processes struct{ first string }

// ticks is how many units of the times in /proc/PID/stat make a second: 100 for every program,
// whatever the kernel's own clock.
const ticks = 100

// processesOf finds the server by a session: its process id, and the port of this end of its
// connection, which the process wears in its title; 0 if it came through a local socket. It is nil
// if there is no such process here: the server is elsewhere, or in a container with process ids of
// its own.
func processesOf(pid, port int) *processes {
	mark := "[local]"
	if port != 0 {
		mark = "(" + strconv.Itoa(port) + ")"
	}
	title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !strings.HasPrefix(string(title), "postgres:") || !strings.Contains(string(title), mark) {
		return nil
	}
	stat, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return nil
	}
	return &processes{first: stat.parent}
}

// seconds is the processor time of all of them so far. It reads again if a child ended meanwhile,
// which would count it twice or not at all.
func (p *processes) seconds() (float64, error) {
	for range 1000 {
		before, err := readStat(p.first)
		if err != nil {
			return 0, err
		}
		total, err := p.children()
		if err != nil {
			return 0, err
		}
		after, err := readStat(p.first)
		if err != nil {
			return 0, err
		}
		if after.ended == before.ended {
			return total + after.ended + cpuOf(p.first, after), nil
		}
	}
	return 0, errors.New("sessions of the server end faster than its processor time can be read; is somebody else using it?")
}

func (p *processes) children() (total float64, err error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, dir := range dirs {
		pid := filepath.Base(dir)
		stat, err := readStat(pid)
		if err != nil || stat.parent != p.first {
			continue // it has just ended, or is none of ours
		}
		total += cpuOf(pid, stat)
	}
	return total, nil
}

// cpuOf prefers the kernel's figure in nanoseconds: with many short sessions, hundredths of a second
// add up to a lie.
func cpuOf(pid string, stat stat) float64 {
	text, err := os.ReadFile("/proc/" + pid + "/schedstat")
	if err == nil {
		first, _, _ := strings.Cut(string(text), " ")
		if ns, err := strconv.ParseFloat(first, 64); err == nil {
			return ns / 1e9
		}
	}
	return stat.own
}

// stat is what /proc/PID/stat says, in seconds.
type stat struct {
	parent     string
	own, ended float64 // of the process, and of its children that have ended
}

func readStat(pid string) (s stat, err error) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return s, fmt.Errorf("the database's processor time: %w", err)
	}
	// The second field is a name that may contain anything; those after it are numbers.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 15 {
		return s, fmt.Errorf("the database's processor time: /proc/%s/stat has %d fields", pid, len(fields))
	}
	sum := func(a, b string) float64 {
		x, e1 := strconv.ParseFloat(a, 64)
		y, e2 := strconv.ParseFloat(b, 64)
		err = errors.Join(err, e1, e2)
		return (x + y) / ticks
	}
	return stat{parent: fields[1], own: sum(fields[11], fields[12]), ended: sum(fields[13], fields[14])}, err
}

// ProcessTime is the processor time, in seconds, that a process on this machine has used so far; 0 if
// that is not known.
func ProcessTime(pid int) float64 {
	stat, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return 0
	}
	return stat.own
}
