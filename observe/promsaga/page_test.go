package promsaga_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// row is a line of a table of the page: Prometheus's name, OpenTelemetry's, type, unit, labels.
var row = regexp.MustCompile("(?m)^\\| `(saga_[a-z_]+)` \\| `(saga\\.[a-z.]+)` \\| ([a-z]+) \\| ([A-Za-z]*) ?\\| ([a-z, ]*?) ?\\|")

func TestThePageListsWhatThereIs(t *testing.T) {
	var listed []string
	for _, m := range row.FindAllStringSubmatch(page(t), -1) {
		labels := strings.FieldsFunc(m[5], func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(labels)
		listed = append(listed, fmt.Sprint(m[1], " ", m[3], " ", labels))
	}
	if there := described(t); !same(listed, there) {
		t.Errorf("only on the page: %q\nonly in the code: %q", without(listed, there), without(there, listed))
	}
}

// described is every metric with its type and labels.
func described(t *testing.T) []string {
	t.Helper()
	registry := everything(t)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range families {
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		slices.Sort(labels)
		all = append(all, fmt.Sprint(f.GetName(), " ", strings.ToLower(f.GetType().String()), " ", labels))
	}
	return all
}

// A name of OpenTelemetry becomes the one of Prometheus by OpenTelemetry's own rules: dots become
// lines, the unit goes to the end, a counter ends in total.
func TestTheTwoNamesAreOne(t *testing.T) {
	units := map[string]string{"s": "_seconds", "By": "_bytes"}
	rows := row.FindAllStringSubmatch(page(t), -1)
	for _, m := range rows {
		want := strings.ReplaceAll(m[2], ".", "_") + units[m[4]]
		if m[3] == "counter" {
			want += "_total"
		}
		if m[1] != want {
			t.Errorf("%s becomes %s, not %s", m[2], want, m[1])
		}
	}
	if len(rows) < 20 {
		t.Errorf("the page has %d rows", len(rows))
	}
}

func TestTheRulesNameWhatThereIs(t *testing.T) {
	var names []string
	for _, m := range row.FindAllStringSubmatch(page(t), -1) {
		names = append(names, m[1])
		if m[3] == "histogram" {
			names = append(names, m[1]+"_bucket", m[1]+"_sum", m[1]+"_count")
		}
	}
	_, rules, _ := strings.Cut(page(t), "```yaml")
	rules, _, _ = strings.Cut(rules, "```")
	for _, name := range regexp.MustCompile(`saga_[a-z_]+`).FindAllString(rules, -1) {
		if !slices.Contains(names, name) {
			t.Errorf("a rule asks for %s, which is not there", name)
		}
	}
	if n := strings.Count(rules, "- alert:"); n < 6 || n > 8 {
		t.Errorf("the page has %d rules", n)
	}
}

func same(a, b []string) bool { return len(without(a, b)) == 0 && len(without(b, a)) == 0 }

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
