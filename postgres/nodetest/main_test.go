//go:build unix

package nodetest_test

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// What a parent tells its child. A process that has none of these is a parent.
const (
	envStore = "NODETEST_STORE" // the address of the database: the child is a node
	envDesk  = "NODETEST_DESK"  // where the participants are
	envName  = "NODETEST_NAME"  // the node's, with the number of its life
	envLease = "NODETEST_LEASE" // the engine's; empty: its default
	envData  = "NODETEST_DATA"  // a folder of data: the child keeps a PostgreSQL on it
)

// envFaults is how often a node is killed and how often one is paused; the other faults are in
// proportion.
const envFaults = "NODES_FAULTS"

// faults reads the number of faults from the environment: with 100 asked for, full of them.
func faults(t *testing.T, normal, full int) int {
	t.Helper()
	text := os.Getenv(envFaults)
	if text == "" {
		return normal
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: give a number from 1", envFaults, text)
	}
	return max(1, n*full/100)
}

// TestMain makes this binary three programs: the tests, a node, and the keeper of a PostgreSQL.
func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(envStore) != "":
		err = runNode()
	case os.Getenv(envData) != "":
		err = keepDatabase()
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, cmp.Or(os.Getenv(envName), "database")+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// withoutParent ends this process when its parent is gone: nobody else would.
func withoutParent(end func()) {
	_, _ = os.Stdin.Read(make([]byte, 1))
	end()
}
