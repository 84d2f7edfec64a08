package query_test

import (
	"errors"
	"flag"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

func parse(args ...string) (f query.Filter, others []string, err error) {
	set := flag.NewFlagSet("test", flag.ContinueOnError)
	f.Register(set)
	set.Bool("all", false, "")
	others, err = query.Parse(set, args)
	return f, others, err
}

func TestFilterIsWhatWasTyped(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for line, want := range map[string]saga.Filter{
		"":                               {},
		"-id a --id=b":                   {IDs: []string{"a", "b"}},
		"-status running,attention":      {Statuses: []saga.Status{saga.NeedsAttention, saga.Running}},
		"-status needs-attention":        {Statuses: []saga.Status{saga.NeedsAttention}},
		"-definition x -step y":          {Definition: "x", Step: "y"},
		"-why in-doubt":                  {Reason: saga.InDoubt},
		"-why UNDO-refused":              {Reason: saga.UndoRefused},
		"-older 1d12h -text 한글":          {Stood: now.Add(-36 * time.Hour), Text: "한글"},
		"-older 90s -all -step=-x":       {Stood: now.Add(-90 * time.Second), Step: "-x"},
		"-text -- -step s":               {Text: "--", Step: "s"},
		"-status failed -status=running": {Statuses: []saga.Status{saga.Running, saga.Failed}},
	} {
		f, others, err := parse(strings.Fields(line)...)
		if got := f.At(now); err != nil || len(others) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, others %q, error %v; want %+v", line, got, others, err, want)
		}
		if f.Empty() != (line == "") {
			t.Errorf("%s: Empty is %v", line, f.Empty())
		}
	}
}

func TestOtherArgumentsStandAnywhere(t *testing.T) {
	f, others, err := parse("a", "-status", "running", "b", "-all", "-", "--", "-step", "c")
	if want := []string{"a", "b", "-", "-step", "c"}; err != nil || !slices.Equal(others, want) || f.Step != "" {
		t.Errorf("others %q, filter %+v, error %v; want %q", others, f, err, want)
	}
}

// What makes no sense says so, and names what is meant.
func TestMistakesAreNamed(t *testing.T) {
	for line, says := range map[string]string{
		"-staus running":        "did you mean -status?",
		"-xyzzy":                `no flag "-xyzzy"`,
		"-status lost":          "there are attention, compensating",
		"-status runing":        "did you mean running?",
		"-status ,":             "there is no status",
		"-why in-dubt":          "did you mean in-doubt?",
		"-older soon":           "no age",
		"-older -5m":            "no age",
		"-older 0s":             "no age",
		"-older 99999999d":      "no age",
		"-older 65535d2540400h": "no age",
		"-older d":              "no age",
		"-step":                 "wants a value",
		"-all=perhaps":          "perhaps",
		"-definition=":          "empty",
		"-id=":                  "empty",
		"-status=":              "empty",
		"-why=":                 "empty",
		"-older=":               "empty",
		"-text=":                "empty",
		"-":                     "",
		"---step x":             "no flag",
		"-=x":                   "no flag",
	} {
		_, _, err := parse(strings.Fields(line)...)
		if says == "" && err == nil {
			continue
		}
		if !errors.Is(err, saga.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one that says %q", line, err, says)
		}
	}
	if _, _, err := parse("-step", "x", "-h"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h is %v", err)
	}
}

func TestNearestIsNear(t *testing.T) {
	words := []string{"list", "show", "retry", "compensate", "stop"}
	for word, want := range map[string]string{
		"lst": "list", "shwo": "show", "retri": "retry", "compansat": "compensate", "": "", "x": "", "delete": "",
		"stpo": "stop", strings.Repeat("a", 1<<20): "",
	} {
		if got := query.Nearest(word, words); got != want {
			t.Errorf("the nearest to %.20q is %q, want %q", word, got, want)
		}
	}
}

// Every word that is offered is understood.
func TestEveryStatusHasAWord(t *testing.T) {
	for _, s := range []saga.Status{saga.Running, saga.Compensating, saga.NeedsAttention, saga.Completed, saga.Compensated, saga.Failed} {
		f, _, err := parse("-status", query.Word(s))
		if err != nil || !slices.Equal(f.Statuses, []saga.Status{s}) || !slices.Contains(query.Words(), query.Word(s)) {
			t.Errorf("%q is read as %q, error %v", query.Word(s), f.Statuses, err)
		}
	}
}
