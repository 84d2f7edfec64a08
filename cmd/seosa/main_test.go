package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

// A file that is not there is an error, and not a store.
func TestAFileThatIsNotThere(t *testing.T) {
	store, err := open(t.Context(), filepath.Join(t.TempDir(), "none.db"))
	if err == nil || store != nil {
		t.Errorf("open returns %v, error %v", store, err)
	}
	t.Setenv("SEOSA_STORE", filepath.Join(t.TempDir(), "none.db"))
	if code := commandLine().Run(t.Context(), []string{"list"}); code != cli.ExitStore {
		t.Errorf("exit code %d", code)
	}
}

// The exit code tells a script what happened; here a word was mistyped, and nothing was done.
func Example() {
	code := commandLine().Run(context.Background(), []string{"help", "show"})
	if code != cli.ExitDone || commandLine().Run(context.Background(), []string{"help", "shwo"}) != cli.ExitUsage {
		panic("exit codes are a promise")
	}
	// Output:
	// seosa show ID [-o json]
	//
	// Shows one instance: where it stands and why, what happens next, what a person may do, what is
	// known of each step, its state, and every attempt with its outcome, duration and key.
	//
	// The key names an effect to its participant: ask about it there.
}
