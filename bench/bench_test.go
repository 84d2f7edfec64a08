package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

func smallPlan(t *testing.T) plan {
	return plan{
		dir: t.TempDir(), rounds: 2, length: 100 * time.Millisecond, callers: []int{1, 8},
		workloads: []workload{w1(), w3()}, contestants: contestants(), progress: io.Discard,
	}
}

func TestEveryCaseEndsRightAndIsReported(t *testing.T) {
	p := smallPlan(t)
	results, err := play(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if want := p.rounds * len(p.workloads) * len(p.callers) * len(p.contestants); len(results) != want {
		t.Fatalf("%d results, want %d", len(results), want)
	}
	for _, r := range results {
		if r.sagas == 0 || r.rate <= 0 || r.p50 <= 0 || r.p99 < r.p50 {
			t.Errorf("%s, c=%d, %s: nothing measured: %+v", r.workload.name, r.callers, r.contestant, r)
		}
	}
	groups := summarise(results)
	var table strings.Builder
	if err := writeTable(&table, groups); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "results.md")
	if err := writeResults(path, thisMachine(p.dir), []string{"-rounds", "2"}, groups, results); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.contestants {
		if n := strings.Count(table.String(), c.name); n != len(groups) {
			t.Errorf("the table names %q %d times, want %d:\n%s", c.name, n, len(groups), table.String())
		}
		if n := strings.Count(string(written), "| "+c.name); n != len(groups)+p.rounds*len(groups) {
			t.Errorf("the file names %q %d times:\n%s", c.name, n, written)
		}
	}
	if left, err := os.ReadDir(p.dir); err != nil || len(left) > 0 {
		t.Errorf("left behind in the data folder: %v, %v", left, err)
	}
}

// forgetful answers every tenth saga without having run it.
type forgetful struct {
	runner
	n atomic.Int64
}

func (f *forgetful) saga(ctx context.Context, id string) error {
	if f.n.Add(1)%10 == 0 {
		return nil
	}
	return f.runner.saga(ctx, id)
}

func TestContestantThatSkipsWorkIsCaught(t *testing.T) {
	for _, honest := range contestants() {
		p := smallPlan(t)
		p.contestants = []contestant{honest}
		p.contestants[0].open = func(ctx context.Context, path string, w workload, seen *participant) (runner, error) {
			r, err := honest.open(ctx, path, w, seen)
			return &forgetful{runner: r}, err
		}
		if _, err := play(t.Context(), p); err == nil || !strings.Contains(err.Error(), "wrong outcome") {
			t.Errorf("%s: %v, want a wrong outcome", honest.name, err)
		}
	}
}

// A participant that turns W1's sagas into W3's must not pass for W1, and the other way round.
func TestWrongEndIsCaught(t *testing.T) {
	for _, honest := range contestants() {
		for _, w := range []workload{w1(), w3()} {
			p := smallPlan(t)
			p.workloads, p.contestants = []workload{w}, []contestant{honest}
			p.contestants[0].open = func(ctx context.Context, path string, w workload, seen *participant) (runner, error) {
				seen.refuses = w1().refuses + w3().refuses - w.refuses
				return honest.open(ctx, path, w, seen)
			}
			if _, err := play(t.Context(), p); err == nil || !strings.Contains(err.Error(), "wrong outcome") {
				t.Errorf("%s, %s: %v, want a wrong outcome", honest.name, w.name, err)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	ids := []string{"a", "b"}
	state := func(id string) []byte {
		return []byte(`{"customer":"customer-` + id + `","item":"EST-14","quantity":2,"price":2997,"note":"ring twice, third floor"}`)
	}
	for name, spoil := range map[string]func(f *found, calls map[string]tally){
		"nothing":         nil,
		"a saga too many": func(f *found, _ map[string]tally) { f.counts["completed"]++ },
		"another status":  func(f *found, _ map[string]tally) { f.counts["running"] = 1 },
		"not in the file": func(f *found, _ map[string]tally) { f.records = f.records[:1] },
		"in it twice":     func(f *found, _ map[string]tally) { f.records = append(f.records, f.records[0]) },
		"a foreign saga":  func(f *found, _ map[string]tally) { f.records[1].id = "c" },
		"wrong end":       func(f *found, _ map[string]tally) { f.records[1].status = "compensated" },
		"a step missing":  func(f *found, _ map[string]tally) { f.records[1].effects = 3 },
		"state swapped":   func(f *found, _ map[string]tally) { f.records[0].state = f.records[1].state },
		"state lost":      func(f *found, _ map[string]tally) { f.records[0].state = nil },
		"a call twice":    func(_ *found, calls map[string]tally) { calls["a"] = tally{actions: 5} },
		"a call lost":     func(_ *found, calls map[string]tally) { calls["a"] = tally{actions: 3} },
		"an undo":         func(_ *found, calls map[string]tally) { calls["b"] = tally{actions: 4, undos: 1} },
		"a foreign call":  func(_ *found, calls map[string]tally) { calls["c"] = tally{actions: 4} },
	} {
		f := found{counts: map[string]int{"completed": 2}, records: []record{
			{id: "a", status: string(saga.Completed), effects: 4, state: state("a")},
			{id: "b", status: string(saga.Completed), effects: 4, state: state("b")},
		}}
		calls := map[string]tally{"a": {actions: 4}, "b": {actions: 4}}
		if spoil != nil {
			spoil(&f, calls)
		}
		if err := check(w1(), ids, f, calls); (err == nil) != (spoil == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.md")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"-rounds 0", "-seconds 0", "-c 0", "-c 1,x", "W1", "-o " + kept, "-o " + kept + "/no/file.md"} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s was accepted", args)
		}
	}
	if _, err := parseOptions([]string{"-h"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
	o, err := parseOptions([]string{"-c", "2, 4", "-seconds", "0.5", "-o", dir}, io.Discard)
	if err != nil || !slices.Equal(o.callers, []int{2, 4}) || o.length != 500*time.Millisecond || o.rounds != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	if ok, _ := filepath.Match(filepath.Join(dir, "20??-??-??-sqlite.md"), o.out); !ok {
		t.Errorf("results would go to %s", o.out)
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
	at := func(round int, who string, rate float64) result {
		return result{round: round, workload: w1(), callers: 1, contestant: who, rate: rate}
	}
	groups := summarise([]result{
		at(1, baseline, 100), at(1, "x", 300), at(2, "x", 400), at(2, baseline, 200), at(3, baseline, 10), at(3, "x", 100),
	})
	if len(groups) != 1 || len(groups[0].lines) != 2 {
		t.Fatalf("%+v", groups)
	}
	if have, want := groups[0].lines[1].ratio, (spread{3, 2, 10}); have != want {
		t.Errorf("ratio %+v, want %+v", have, want)
	}
}
