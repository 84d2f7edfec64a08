package racetest_test

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// TestMain makes this binary two programs: the tests, and the process that issues numbers.
func TestMain(m *testing.M) {
	if os.Getenv(envFile) == "" {
		os.Exit(m.Run())
	}
	if err := issue(context.Background(), os.Getenv(envFile), os.Getenv(envUser), os.Getenv(envCount)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
