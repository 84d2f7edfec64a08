package scenario_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

func TestTheTableIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	proven := map[string]bool{}
	requirement := regexp.MustCompile(`^(A-|F-A)\d+$`)
	for _, row := range scenario.Rows() {
		if seen[row.ID] {
			t.Errorf("%s is there twice", row.ID)
		}
		seen[row.ID] = true
		if row.English == "" || row.Korean == "" || len(row.Steps) == 0 || len(row.Want.Answers) == 0 || len(row.Proves) == 0 {
			t.Errorf("%s is not complete: %+v", row.ID, row)
		}
		for _, p := range row.Proves {
			proven[p] = true
			if !requirement.MatchString(p) {
				t.Errorf("%s proves %q, which is no requirement", row.ID, p)
			}
		}
	}
	for _, id := range strings.Fields("A-46 A-47 A-48 A-49 A-50 A-51 A-52 A-53") {
		if rows, err := scenario.Find(id); err != nil || len(rows) < 5 {
			t.Errorf("%s has %d rows: %v", id, len(rows), err)
		}
		if !proven[id] {
			t.Errorf("no row proves %s", id)
		}
	}
}

// Every step says one thing, so that a script can be read.
func TestEveryStepSaysOneThing(t *testing.T) {
	t.Parallel()
	for _, row := range scenario.Rows() {
		for i, s := range row.Steps {
			said := 0
			v := reflect.ValueOf(s)
			for field := range v.NumField() {
				if !v.Field(field).IsZero() {
					said++
				}
			}
			if said != 1 {
				t.Errorf("%s: step %d says %d things: %+v", row.ID, i+1, said, s)
			}
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for ask, want := range map[string]string{
		"A-46-race": "A-46-race", "a-46-TWO": "A-46-two", "A-46-two A-46-two": "A-46-two",
		"A-52-undo":             "A-52-undo-before A-52-undo-after",
		"A-46-two A-48-refused": "A-46-two A-48-refused", "A-48-refused A-46-two": "A-46-two A-48-refused",
	} {
		rows, err := scenario.Find(strings.Fields(ask)...)
		var got []string
		for _, row := range rows {
			got = append(got, row.ID)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q finds %q, %v", ask, got, err)
		}
	}
	for _, all := range [][]string{nil, {"A"}} {
		if rows, err := scenario.Find(all...); err != nil || len(rows) != len(scenario.Rows()) {
			t.Errorf("%q finds %d rows, %v", all, len(rows), err)
		}
	}
	for _, wrong := range []string{"A-4", "A-46-", "A-46-t", "B-S1", ""} {
		if rows, err := scenario.Find("A-46", wrong); err == nil || !strings.Contains(err.Error(), "A-53-never") {
			t.Errorf("%q finds %d rows, %v", wrong, len(rows), err)
		}
	}
}

// A difference in any one member is seen, and named.
func TestEveryMemberOfAnEndIsCompared(t *testing.T) {
	t.Parallel()
	v := reflect.ValueOf(new(scenario.End)).Elem()
	for i := range v.NumField() {
		var e scenario.End
		switch f := reflect.ValueOf(&e).Elem().Field(i); f.Interface().(type) {
		case string:
			f.SetString("x")
		case int64:
			f.SetInt(1)
		case []string:
			f.Set(reflect.ValueOf([]string{"x"}))
		case []int:
			f.Set(reflect.ValueOf([]int{1}))
		}
		if d := e.Differences(scenario.End{}); len(d) != 1 || !strings.Contains(d[0], " and should be ") {
			t.Errorf("%s: %q", v.Type().Field(i).Name, d)
		}
	}
}
