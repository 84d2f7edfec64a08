// Command hunt explores sagas whose engine has a planted bug until it finds a broken guarantee, and
// prints what it found as one line of JSON. It is built once for each bug, from sources that have
// it: see package planted.
//
// It looks in eight sagas that together have a step of every nature: the reference of five steps, one
// whose steps are asked about and never fenced, one whose steps run ahead of what is durable, three
// that wait for replies and timers, one with groups, and one that follows what others do. All of
// them are tried with one fault first, then at random, and at random again. Without a planted bug it
// prints that nothing was caught, which is tested as well.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/planted"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

func main() {
	found := hunt()
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// find explores one saga.
type find func(*sagatest.Config) (sagatest.Report, *sagatest.Failure)

func of[S any](build func(*sagatest.World) sagatest.Case[S]) find {
	return func(c *sagatest.Config) (sagatest.Report, *sagatest.Failure) { return sagatest.Find(c, build) }
}

// hunt looks in every saga for what is easy to find before it looks for the rest in any.
func hunt() planted.Catch {
	sagas := []find{
		of(reference.Case), of(reference.Replied), of(reference.Timed), of(reference.Ahead), of(reference.Grouped), of(reference.Followed),
		of(reference.Probed), of(reference.Chained),
	}
	schedules := 0
	for _, config := range []*sagatest.Config{
		{Bound: 1, Random: -1},
		{Bound: 1, Random: 3000},
		{Bound: 1, Random: 6000, Seed: 2},
	} {
		for _, look := range sagas {
			report, failure := look(config)
			if failure != nil && failure.Guarantee != sagatest.Covered {
				return caught(failure, schedules)
			}
			schedules += report.Schedules
		}
	}
	return planted.Catch{Schedules: schedules}
}

func caught(f *sagatest.Failure, before int) planted.Catch {
	return planted.Catch{Caught: true, Schedules: before + f.Needed, Guarantee: string(f.Guarantee), What: f.What, Schedule: f.Schedule.String()}
}
