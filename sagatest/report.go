package sagatest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is what an exploration did. All but Took is the same each time for the same case and
// Config.
type Report struct {
	Schedules   int             // that ran, exhaustive and random
	Random      int             // of them
	Complete    bool            // every schedule of at most Config.Bound faults ran
	Struck      map[Kind]int    // faults that struck
	Places      map[Place]int   // where they struck
	NotOffered  map[Kind]string // kinds that could strike nowhere in this case, and why; if nothing was found
	Ends        map[string]int  // runs by how the instance ended, or why it needed attention
	NotModelled []string        // steps without an undo, or in Case.NoEffect, that told of no effect: they were not counted
	NotCalled   []string        // functions of the definition that no run called, as "step call"
	Took        time.Duration
}

// String is the report in a few lines.
func (r Report) String() string {
	var b strings.Builder
	how := "a sample of the exhaustive search"
	if r.Complete {
		how = "all of the exhaustive search"
	}
	fmt.Fprintf(&b, "%d schedules in %v: %s, %d random\n", r.Schedules, r.Took.Round(time.Millisecond), how, r.Random)
	fmt.Fprintf(&b, "ends: %s\n", counted(r.Ends, func(s string) string { return s }))
	fmt.Fprintf(&b, "faults: %s\n", counted(r.Struck, Kind.String))
	fmt.Fprintf(&b, "at: %s\n", counted(r.Places, Place.String))
	for _, line := range r.never() {
		b.WriteString(line + "\n")
	}
	if len(r.NotModelled) > 0 {
		fmt.Fprintf(&b, "not counted: %s\n", strings.Join(r.NotModelled, ", "))
	}
	if len(r.NotCalled) > 0 {
		fmt.Fprintf(&b, "never called: %s\n", strings.Join(r.NotCalled, ", "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// never lists the kinds that could not strike, those of one reason together.
func (r Report) never() (lines []string) {
	kinds := map[string][]string{}
	var whys []string
	for _, k := range slices.Sorted(maps.Keys(r.NotOffered)) {
		why := r.NotOffered[k]
		if kinds[why] == nil {
			whys = append(whys, why)
		}
		kinds[why] = append(kinds[why], k.String())
	}
	for _, why := range whys {
		lines = append(lines, fmt.Sprintf("never %s: %s", strings.Join(kinds[why], ", "), why))
	}
	return lines
}

func counted[K string | Kind | Place](m map[K]int, name func(K) string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", name(k), m[k]))
	}
	return strings.Join(parts, ", ")
}
