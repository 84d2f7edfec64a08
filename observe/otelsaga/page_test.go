package otelsaga_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// row is a line of a table of the page: Prometheus's name, OpenTelemetry's, type, unit, labels.
var row = regexp.MustCompile("(?m)^\\| `(saga_[a-z_]+)` \\| `(saga\\.[a-z.]+)` \\| ([a-z]+) \\| ([A-Za-z]*) ?\\| ([a-z, ]*?) ?\\|")

func TestThePageListsWhatThereIs(t *testing.T) {
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		labels := strings.FieldsFunc(m[5], func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(labels)
		listed = append(listed, fmt.Sprint(m[2], " ", m[3], " ", m[4], " ", labels))
	}
	there := described(t)
	if a, b := without(listed, there), without(there, listed); len(a)+len(b) > 0 {
		t.Errorf("only on the page: %q\nonly in the code: %q", a, b)
	}
}

// described is every metric with its type, its unit unless it counts things, and its attributes.
func described(t *testing.T) (all []string) {
	t.Helper()
	reader := everything(t)
	for _, m := range collected(t, reader) {
		unit := m.Unit
		if strings.HasPrefix(unit, "{") && strings.HasSuffix(unit, "}") {
			unit = ""
		}
		keys := slices.Sorted(slices.Values(points(m)[0].keys))
		all = append(all, fmt.Sprint(m.Name, " ", kind(m), " ", unit, " ", keys))
		if m.Description == "" {
			t.Errorf("%s is not described", m.Name)
		}
	}
	return all
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
