package load

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Store is a database with what runs on it.
type Store struct {
	Name, Title string
	Baseline    string // the contestant that the others are compared with
	Callers     []int
	Workloads   []Workload
	Contestants []Contestant
	Open        func(ctx context.Context, o Options) (Venue, error)
}

// Main is the main function of a program: it measures what the command line says and exits with 1
// if anything was wrong, or plays the participant if the program was started as one.
func Main(command string, stores ...Store) {
	if Child() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := Run(ctx, command, stores, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// Run is Main without the process around it.
func Run(ctx context.Context, command string, stores []Store, args []string, stdout, stderr io.Writer) (err error) {
	o, err := ParseOptions(stores, args, stderr)
	if err != nil {
		return err
	}
	venue, err := o.Store.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, venue.Close()) }()
	results, err := Plan{
		Venue: venue, Rounds: o.rounds, Length: o.length, Callers: o.callers,
		Workloads: o.Store.Workloads, Contestants: o.Store.Contestants,
		Preload: o.preload, Profiles: o.profiles, Progress: stderr,
	}.Play(ctx)
	if err != nil {
		return err
	}
	facts, err := venue.Facts(ctx)
	if err != nil {
		return err
	}
	where, _, _ := strings.Cut(facts[0], ":")
	where, _, _ = strings.Cut(where, " (") // what a distribution adds to the version
	r := Report{
		Where: fmt.Sprintf("%s, %d cores for load and database", where, runtime.NumCPU()),
		Title: o.Store.Title + ", " + time.Now().Format(time.DateOnly), Baseline: o.Store.Baseline,
		Facts:  append(append([]string{"command: `" + strings.Join(append([]string{command}, args...), " ") + "`"}, machineFacts()...), facts...),
		Groups: Summarise(results, o.Store.Baseline), Results: results,
	}
	return r.write(o, stdout)
}

func (r Report) write(o Options, stdout io.Writer) error {
	if err := r.WriteTable(stdout); err != nil {
		return err
	}
	if o.chart != "" {
		if err := r.WriteChart(o.chart); err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	return r.WriteResults(o.out)
}
