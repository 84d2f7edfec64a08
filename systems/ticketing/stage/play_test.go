package stage_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
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

// find returns rows, all of them if none is named.
func find(t *testing.T, ids ...string) []scenario.Row {
	t.Helper()
	rows, err := scenario.Find(ids...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Every row ends as the table says, with real processes that are really killed. SAGA_ROWS names some of them.
func TestEveryRowEndsAsTheTableSays(t *testing.T) {
	rows := find(t, strings.Fields(os.Getenv("SAGA_ROWS"))...)
	config := stage.Config{Folder: t.TempDir(), Child: []string{childFlag}, Budget: 3 * time.Second, Lanes: 3}
	played := 0
	err := stage.Play(t.Context(), config, rows, func(r scenario.Result) {
		if r.Row.ID != rows[played].ID {
			t.Errorf("%s is told in the place of %s", r.Row.ID, rows[played].ID)
		}
		played++
		t.Logf("%s: %v %s", r.Row.ID, r.Took.Round(time.Millisecond), r.Got)
		if r.Err != nil {
			t.Error(r.Err)
			return
		}
		for _, d := range r.Got.Differences(r.Row.Want) {
			t.Errorf("%s: %s", r.Row.ID, d)
		}
	})
	if err != nil || played != len(rows) {
		t.Fatalf("%d of %d rows were played: %v", played, len(rows), err)
	}
}

// A row that cannot be played to its end says why, and leaves a system on which the next one plays.
func TestARowThatCannotBePlayedDoesNotHarmTheNext(t *testing.T) {
	t.Parallel()
	rows := append(find(t, "A-46-two"), find(t, "A-46-race")...)
	rows[0].Steps = []scenario.Step{{Kill: true}, {}}
	config := stage.Config{Folder: t.TempDir(), Child: []string{childFlag}, Lanes: 1}
	var results []scenario.Result
	if err := stage.Play(t.Context(), config, rows, func(r scenario.Result) { results = append(results, r) }); err != nil {
		t.Fatal(err)
	}
	if err := results[0].Err; err == nil || results[0].Passed() || !strings.Contains(err.Error(), "A-46-two: step 2") {
		t.Errorf("got %v", err)
	}
	if !results[1].Passed() {
		t.Errorf("the next: %v %v", results[1].Err, results[1].Got)
	}
}

// A row whose fault did not come about has shown nothing, however it ended.
func TestAFaultThatDoesNotStrikeFailsItsRow(t *testing.T) {
	t.Parallel()
	rows := find(t, "A-46-two")
	rows[0].Steps = append([]scenario.Step{{Arm: &fault.Fault{At: scenario.Way("UndoDebit", "user"), Kind: fault.Lose}}}, rows[0].Steps...)
	config := stage.Config{Folder: t.TempDir(), Child: []string{childFlag}}
	err := stage.Play(t.Context(), config, rows, func(r scenario.Result) {
		if r.Err == nil || !strings.Contains(r.Err.Error(), `lose at "UndoDebit>user" never came about`) {
			t.Errorf("got %v %v", r.Err, r.Got)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPlayCanBeBrokenOff(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	config := stage.Config{Folder: t.TempDir(), Child: []string{childFlag}, Lanes: 1}
	played := 0
	err := stage.Play(ctx, config, append(find(t, "A-46-two"), find(t, "A-53-claim")...), func(scenario.Result) { played++; stop() })
	if !errors.Is(err, context.Canceled) || played != 1 {
		t.Errorf("%d were played: %v", played, err)
	}
}

func TestASystemThatDoesNotStartIsSaid(t *testing.T) {
	t.Parallel()
	config := stage.Config{Folder: t.TempDir(), Child: []string{childFlag, "-no-such-flag"}}
	err := stage.Play(t.Context(), config, find(t, "A-46-two"), func(r scenario.Result) { t.Errorf("%s was played", r.Row.ID) })
	if err == nil || !strings.Contains(err.Error(), "no-such-flag") {
		t.Errorf("got %v", err)
	}
}
