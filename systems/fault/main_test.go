//go:build unix

package fault_test

import (
	"fmt"
	"os"
	"testing"
)

// envChild tells a child process what to do; a process without it runs the tests.
const (
	envChild = "FAULT_TEST_CHILD"
	envFile  = "FAULT_TEST_FILE"
)

// TestMain makes this binary two programs: the tests, and the writer that dies in them.
func TestMain(m *testing.M) {
	if os.Getenv(envChild) == "" {
		os.Exit(m.Run())
	}
	if err := write(os.Getenv(envChild), os.Getenv(envFile)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
