// Command explore shows what the explorer of package sagatest finds: nothing in seven sagas, the shop's
// order, a reference of five steps, and three that wait for replies, timers and conditions, under over
// a hundred thousand schedules each of faults; and every bug that is planted into the engine for it.
// It ends with 1 if that is not so.
//
//	go run ./sagatest/internal/explore        # from the root of the module
//
// For each saga it prints how many schedules ran and how fast, how the instances ended, which faults
// struck how often and where. For each bug it prints how many schedules it took, and which guarantee
// the bug broke. -schedules and -random change how much is explored, -bugs chooses among the bugs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/planted"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

func main() {
	schedules := flag.Int("schedules", 90_000, "schedules of few faults for each saga, at most")
	random := flag.Int("random", 15_000, "random schedules of many faults for each saga")
	bugs := flag.String("bugs", "", "hunt only the planted bugs with this in their names; none for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	config := &sagatest.Config{Bound: 3, Schedules: *schedules, Random: *random}
	began := time.Now()
	good := explore("shop.order", config, order) && explore("reference of five steps", config, reference.Case) &&
		explore("answered by messages", config, reference.Replied) && explore("timers and conditions", config, reference.Timed) &&
		explore("answered by messages, ahead of the journal", config, reference.Ahead) &&
		explore("parallel groups and a saga within", config, reference.Grouped) &&
		explore("what others do unasked", config, reference.Followed)
	fmt.Printf("explored in %v\n\n", time.Since(began).Round(time.Second))
	if good {
		good = hunt(ctx, slices.DeleteFunc(planted.Bugs(), func(b planted.Bug) bool { return !strings.Contains(b.Name, *bugs) }))
	}
	if !good {
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// explore prints what came of one saga.
func explore[S any](name string, config *sagatest.Config, build func(*sagatest.World) sagatest.Case[S]) bool {
	fmt.Printf("%s, on %d processors\n", name, runtime.GOMAXPROCS(0))
	report, failure := sagatest.Find(config, build)
	fmt.Println(report)
	if failure != nil {
		fmt.Println(failure)
		return false
	}
	fmt.Printf("  0 violations; %.0f schedules a second\n\n", float64(report.Schedules)/report.Took.Seconds())
	return true
}
