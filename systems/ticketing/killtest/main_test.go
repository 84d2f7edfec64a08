//go:build unix

package killtest_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// envFate is what a parent tells its child: a fate as JSON. A process without it is a parent.
const envFate = "KILLTEST_FATE"

// envKills is how many kills must hit a payment in flight. From fullKills on, there is one before and one
// after each durable write; fewer are some at each write that matters most, and the rest at random.
const (
	envKills     = "TICKET_KILLS"
	defaultKills = 15
	fullKills    = 100
)

func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv(envKills)
	if text == "" {
		return defaultKills
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: give a number from 1", envKills, text)
	}
	return n
}

// TestMain makes this binary two programs: the tests, and the ticketing system that they kill.
func TestMain(m *testing.M) {
	text := os.Getenv(envFate)
	if text == "" {
		os.Exit(m.Run())
	}
	if err := runPlatform(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
