package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

// describe writes what a build would.
func (s *shop) describe(definitions ...saga.AnyDefinition) string {
	s.Helper()
	text, err := saga.Describe(definitions...)
	if err != nil {
		s.Fatal(err)
	}
	file := filepath.Join(s.TempDir(), "new.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		s.Fatal(err)
	}
	return file
}

// Before a build is deployed, diff says what it would strand, what to do about it, and by its exit
// code whether a pipeline may go on.
func TestDiffSaysWhatABuildStrands(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.sleeps("order-0")
	same := s.run("diff", s.describe(s.definition(), s.slow())).ends(cli.ExitDone)
	inOrder(t, same.out, "DEFINITION", "shop.order", "1", "same", "slow.order", "same", "Nothing would be stranded")

	changed, next := s.slow(), s.definition()
	changed.Steps[0].Name = "wait longer"
	next.Version = 2
	r := s.run("diff", s.describe(next, changed)).ends(cli.ExitRefused)
	inOrder(t, r.out, "shop.order", "1", "missing", "unknown definition", "order-1", "shop.order", "2", "new",
		"slow.order", "changed", "Run refuses", "wait -> wait longer", "2 of these must be mended")

	var found struct {
		Strands     bool
		Definitions []struct {
			Definition, Fit string
			Version, Live   int
			IDs             []string
		}
	}
	r = s.run("diff", s.describe(next, changed), "-o", "json").ends(cli.ExitRefused)
	if err := json.Unmarshal([]byte(r.out), &found); err != nil || !found.Strands || len(found.Definitions) != 3 || found.Definitions[0].Live != 1 {
		t.Errorf("a script reads %+v, %v", found, err)
	}
	for _, args := range [][]string{{"diff"}, {"diff", "a", "b"}, {"diff", "/no/such/file"}, {"diff", s.file}} {
		s.run(args...).ends(cli.ExitUsage)
	}
}
