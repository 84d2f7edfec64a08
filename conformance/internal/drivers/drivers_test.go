package drivers_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/conformance/internal/drivers"
	"github.com/seosa-dev/saga/internal/overlay"
)

const (
	root = "../../.."
	// atOnce is how many hunts run beside each other. A hunt waits for the disk or the server as
	// much as it computes, and opens dozens of connections.
	atOnce = 2
)

func TestEveryBugPlantedIntoSQLiteIsCaught(t *testing.T) { caught(t, drivers.SQLite()) }

func TestEveryBugPlantedIntoPostgresIsCaught(t *testing.T) { caught(t, drivers.Postgres()) }

// caught wants every bug of a driver to be found, and nothing to be found without one.
func caught(t *testing.T, d drivers.Driver) {
	if len(d.Bugs) < 15 {
		t.Fatalf("only %d bugs are planted into %s", len(d.Bugs), d.Folder)
	}
	var tests []string
	for _, b := range d.Bugs {
		tests = append(tests, b.Tests)
	}
	failed, err := d.Hunt(t.Context(), root, drivers.Bug{Name: "none", Tests: strings.Join(tests, "|")})
	if err != nil || len(failed) > 0 {
		t.Fatalf("without a bug %q failed, error %v", failed, err)
	}
	slots := make(chan struct{}, atOnce)
	var hunts sync.WaitGroup
	for _, b := range d.Bugs {
		hunts.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			failed, err := d.Hunt(t.Context(), root, b)
			switch {
			case err != nil:
				t.Error(err)
			case len(failed) == 0:
				t.Errorf("%s: %s: not caught; it breaks the rule that %s", d.Folder, b.Name, b.Rule)
			default:
				t.Logf("%s: %s: caught by %s", d.Folder, b.Name, strings.Join(failed, ", "))
			}
		})
	}
	hunts.Wait()
}

// What is no bug in the sense of the contract is not taken for one that was caught.
func TestAHuntThatProvesNothingIsAnError(t *testing.T) {
	seal := func(text string) []overlay.Edit {
		return []overlay.Edit{{File: "sqlite/seal.go", Old: "select node, pos + 1, 2, x'', x'' from", New: text}}
	}
	for name, b := range map[string]drivers.Bug{
		"words that are gone":        {Edits: []overlay.Edit{{File: "sqlite/seal.go", Old: "no such words", New: "none"}}},
		"a build that fails":         {Edits: []overlay.Edit{{File: "sqlite/seal.go", Old: "package sqlite", New: "package"}}},
		"a store that does not open": {Edits: seal("select nothing from"), Tests: "^TestConformance$/^Seal$"},
	} {
		if failed, err := drivers.SQLite().Hunt(t.Context(), root, b); err == nil {
			t.Errorf("%s: %q failed and no error", name, failed)
		}
	}
}
