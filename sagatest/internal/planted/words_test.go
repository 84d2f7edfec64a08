package planted_test

import (
	"os"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/sagatest/internal/planted"
)

func TestWords(t *testing.T) {
	for _, b := range planted.Bugs() {
		for _, e := range b.Edits {
			src, err := os.ReadFile("../../../" + e.File)
			if err != nil {
				t.Error(err)
				continue
			}
			if n := strings.Count(string(src), e.Old); n != 1 {
				t.Errorf("%s: %s %d times: %q", b.Name, e.File, n, e.Old)
			}
		}
	}
}
