package stage_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
	"github.com/seosa-dev/saga/systems/ticketing/stage"
)

const childFlag = "system"

// TestMain lets the test binary be the child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childFlag {
		if err := stage.Run(os.Args[2:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Every row ends as the table says, with real processes that are really killed. SAGA_ROWS names some of them.
func TestEveryRowEndsAsTheTableSays(t *testing.T) {
	var ids []string
	if only := os.Getenv("SAGA_ROWS"); only != "" {
		ids = append(ids, only)
	}
	rows, err := scenario.Find(ids...)
	if err != nil {
		t.Fatal(err)
	}
	config := stage.Config{Folder: t.TempDir(), Child: []string{childFlag}, Budget: 3 * time.Second, Lanes: 3}
	err = stage.Play(t.Context(), config, rows, func(r scenario.Result) {
		t.Logf("%v %s: %v %s", r.Passed(), r.Row.ID, r.Took.Round(time.Millisecond), r.Got)
		if r.Err != nil {
			t.Error(r.Err)
			return
		}
		for _, d := range r.Got.Differences(r.Row.Want) {
			t.Errorf("%s: %s", r.Row.ID, d)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

var _ = context.Background
