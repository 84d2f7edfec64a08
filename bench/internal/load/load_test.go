package load

import (
	"context"
	"errors"
	"flag"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	ids := []string{"a", "b"}
	state := func(id string) []byte {
		return []byte(`{"customer":"customer-` + id + `","item":"EST-14","quantity":2,"price":2997,"note":"ring twice, third floor"}`)
	}
	for name, spoil := range map[string]func(f *Found, calls map[string]Tally){
		"nothing":          nil,
		"a saga too many":  func(f *Found, _ map[string]Tally) { f.Counts["completed"]++ },
		"another status":   func(f *Found, _ map[string]Tally) { f.Counts["running"] = 1 },
		"not in the store": func(f *Found, _ map[string]Tally) { f.Records = f.Records[:1] },
		"in it twice":      func(f *Found, _ map[string]Tally) { f.Records = append(f.Records, f.Records[0]) },
		"a foreign saga":   func(f *Found, _ map[string]Tally) { f.Records[1].ID = "c" },
		"wrong end":        func(f *Found, _ map[string]Tally) { f.Records[1].Status = "compensated" },
		"a step missing":   func(f *Found, _ map[string]Tally) { f.Records[1].Effects = 3 },
		"state swapped":    func(f *Found, _ map[string]Tally) { f.Records[0].State = f.Records[1].State },
		"state lost":       func(f *Found, _ map[string]Tally) { f.Records[0].State = nil },
		"a call twice":     func(_ *Found, calls map[string]Tally) { calls["a"] = Tally{Actions: 5} },
		"a call lost":      func(_ *Found, calls map[string]Tally) { calls["a"] = Tally{Actions: 3} },
		"an undo":          func(_ *Found, calls map[string]Tally) { calls["b"] = Tally{Actions: 4, Undos: 1} },
		"a foreign call":   func(_ *Found, calls map[string]Tally) { calls["c"] = Tally{Actions: 4} },
	} {
		for preloaded := range 2 {
			f := Found{Counts: map[string]int{"completed": 2 + preloaded}, Records: []Record{
				{ID: "a", Status: "completed", Effects: 4, State: state("a")},
				{ID: "b", Status: "completed", Effects: 4, State: state("b")},
			}}
			calls := map[string]Tally{"a": {Actions: 4}, "b": {Actions: 4}}
			if spoil != nil {
				spoil(&f, calls)
			}
			if err := Check(W1(), ids, preloaded, f, calls); (err == nil) != (spoil == nil) {
				t.Errorf("%s, %d preloaded: %v", name, preloaded, err)
			}
		}
	}
}

func TestRemoteParticipantCountsAndRefuses(t *testing.T) {
	w := W3()
	w.Remote = true
	p, err := newWitness(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	for step := range Steps {
		if err := p.Act(t.Context(), "a", step); (step == Steps-1) != errors.Is(err, ErrRefused) || step < Steps-1 && err != nil {
			t.Errorf("step %d: %v", step, err)
		}
	}
	if err := p.Undo(t.Context(), "a", 2); err != nil {
		t.Error(err)
	}
	seen, err := p.tallies(t.Context())
	if want := map[string]Tally{"a": {Actions: 4, Undos: 1}}; err != nil || !maps.Equal(seen, want) {
		t.Errorf("it saw %v (%v), want %v", seen, err, want)
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
	if err := p.Act(context.Background(), "a", 0); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("after its end: %v", err)
	}
}

func someStores() []Store {
	return []Store{
		{Name: "one", Callers: []int{1, 2}, Workloads: []Workload{W1(), W3()}, Contestants: []Contestant{Naive(), NaiveMin()}},
		{Name: "two", Callers: []int{3}, Workloads: []Workload{W2()}, Contestants: Engines(nil, nil)},
	}
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.md")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"-rounds 0", "-seconds 0", "-preload -1", "-c 0", "-c 1,x", "W1", "-o " + kept, "-o " + kept + "/no/file.md",
		"-store three", "-w W2", "-w W1,W1", "-only engine", "-only naive,", "-cpuprofile " + kept,
	} {
		if _, err := ParseOptions(someStores(), strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s was accepted", args)
		}
	}
	if _, err := ParseOptions(someStores(), []string{"-h"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
	o, err := ParseOptions(someStores(), []string{"-c", "2, 4", "-seconds", "0.5", "-o", dir}, io.Discard)
	if err != nil || !slices.Equal(o.callers, []int{2, 4}) || o.length != 500*time.Millisecond || o.rounds != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	if ok, _ := filepath.Match(filepath.Join(dir, "20??-??-??-one.md"), o.out); !ok {
		t.Errorf("results would go to %s", o.out)
	}
}

func TestContestantsAndWorkloadsAreChosenByName(t *testing.T) {
	for args, want := range map[string]string{
		"":                                   "W1 W3: naive naive-min",
		"-only naive":                        "W1 W3: naive",
		"-only naive-":                       "W1 W3: naive-min",
		"-w W3 -only nai":                    "W3: naive naive-min",
		"-store two -only engine":            "W2: engine, durable per step engine, replayable",
		"-store two -only engine␣replayable": "W2: engine, replayable",
	} {
		var all []string
		for _, arg := range strings.Fields(args) {
			all = append(all, strings.ReplaceAll(arg, "␣", " "))
		}
		o, err := ParseOptions(someStores(), all, io.Discard)
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		var w, c []string
		for _, one := range o.Store.Workloads {
			w = append(w, one.Name)
		}
		for _, one := range o.Store.Contestants {
			c = append(c, one.Name)
		}
		if have := strings.Join(w, " ") + ": " + strings.Join(c, " "); have != want {
			t.Errorf("%s: %s, want %s", args, have, want)
		}
	}
}

func TestMountOf(t *testing.T) {
	mounts := "a / ext4 rw 0 0\nb /tmp tmpfs rw 0 0\nc /tmp/my\\040disk xfs rw 0 0\nbroken\n"
	want := map[string]string{"/": "ext4", "/tmpdir": "ext4", "/tmp": "tmpfs", "/tmp/x": "tmpfs", "/tmp/my disk/x": "xfs"}
	for _, dir := range slices.Sorted(maps.Keys(want)) {
		if have := mountOf(dir, mounts); have != want[dir] {
			t.Errorf("%s is on %s, want %s", dir, have, want[dir])
		}
	}
}

func TestStatistics(t *testing.T) {
	if m := median([]float64{9, 1, 5}); m != 5 {
		t.Errorf("median of three: %v", m)
	}
	if m := median([]float64{9, 1, 5, 6}); m != 5.5 {
		t.Errorf("median of four: %v", m)
	}
	sorted := make([]time.Duration, 100)
	for i := range sorted {
		sorted[i] = time.Duration(i + 1)
	}
	if p50, p99 := quantile(sorted, 0.50), quantile(sorted, 0.99); p50 != 50 || p99 != 99 {
		t.Errorf("p50 %d, p99 %d", p50, p99)
	}
	if one := quantile(sorted[:1], 0.99); one != 1 {
		t.Errorf("p99 of one: %d", one)
	}
}

func TestRatioIsToTheSameRound(t *testing.T) {
	at := func(round int, who string, rate float64) Result {
		return Result{Round: round, Workload: W1(), Callers: 1, Contestant: who, Rate: rate, Database: Unknown()}
	}
	results := []Result{
		at(1, "base", 100), at(1, "x", 300), at(2, "x", 400), at(2, "base", 200), at(3, "base", 10), at(3, "x", 100),
	}
	groups := Summarise(results, "base")
	if len(groups) != 1 || len(groups[0].Lines) != 2 {
		t.Fatalf("%+v", groups)
	}
	if have, want := groups[0].Lines[1].Ratio, (Spread{3, 2, 10}); have != want {
		t.Errorf("ratio %+v, want %+v", have, want)
	}
	// What is not known is not a zero.
	x := groups[0].Lines[1]
	if alone := Summarise(results, "nobody")[0].Lines[1]; !math.IsNaN(alone.Ratio.Median) || alone.Ratio.in("%.2f") != "-" || x.CPU.rangeIn("%f") != "-" {
		t.Errorf("unknown figures look known: %+v", alone)
	}
}

func TestThousands(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 31204.6: "31,205", 1234567: "1,234,567"} {
		if have := thousands(x); have != want {
			t.Errorf("%v is written %s, want %s", x, have, want)
		}
	}
}
