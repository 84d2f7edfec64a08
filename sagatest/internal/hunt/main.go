// Command hunt explores sagas whose engine has a planted bug until it finds a broken guarantee, and
// prints what it found as one line of JSON. It is built once for each bug, from sources that have
// it: see package planted.
//
// It looks in three sagas that together have a step of every nature: the reference of five steps,
// one whose steps are asked about and never fenced, and one whose steps run ahead of what is
// durable. Without a planted bug it prints that nothing was caught, which is tested as well.
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

// hunt looks with the reference saga first, and then with two that it leaves out: steps that are
// asked about and never fenced, and steps that run ahead.
func hunt() planted.Catch {
	config := &sagatest.Config{Schedules: 20_000, Random: 20_000}
	report, failure := sagatest.Find(config, reference.Case)
	if failure != nil {
		return caught(failure, 0)
	}
	schedules := report.Schedules
	for _, build := range []func(*sagatest.World) sagatest.Case[reference.Trip]{reference.Probed, reference.Chained} {
		report, failure := sagatest.Find(config, build)
		if failure != nil {
			return caught(failure, schedules)
		}
		schedules += report.Schedules
	}
	return planted.Catch{Schedules: schedules}
}

func caught(f *sagatest.Failure, before int) planted.Catch {
	return planted.Catch{Caught: f.Guarantee != sagatest.Covered, Schedules: before + f.Needed, Guarantee: string(f.Guarantee), What: f.What, Schedule: f.Schedule.String()}
}
