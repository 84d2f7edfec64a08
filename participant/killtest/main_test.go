//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// What a parent tells its children. A process that has none of these is a parent.
const (
	envRole   = "MESSAGE_ROLE"   // engine, service or relay
	envSagas  = "MESSAGE_SAGAS"  // the engine's database: a file, or the address of a PostgreSQL
	envWork   = "MESSAGE_WORK"   // the participant's
	envSeed   = "MESSAGE_SEED"   // of what becomes of messages
	envCalls  = "MESSAGE_CALLS"  // where the participant takes them, host:port
	envStarts = "MESSAGE_STARTS" // where the engine takes starts and replies
)

// The children.
const (
	theEngine  = "engine"
	theService = "service"
	theRelay   = "relay"
)

// envKills is how many kills there are.
const (
	envKills     = "MESSAGE_KILLS"
	defaultKills = 15
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

// TestMain makes this binary four programs: the tests, and the three that they kill.
func TestMain(m *testing.M) {
	run, child := map[string]func(context.Context) error{
		theEngine: runEngine, theService: runService, theRelay: runRelay,
	}[os.Getenv(envRole)]
	if !child {
		os.Exit(m.Run())
	}
	go func() { // nobody else ends a child whose parent is gone
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(1)
	}()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// report tells the parent what happened; a kill takes nothing of it back.
func report(what string) { _, _ = os.Stdout.WriteString(what + "\n") }
