package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/postgres"
)

// childVariable is set in the environment of a process that is an engine; it holds its task.
const childVariable = "SAGA_LIMITS_CHILD"

// task says what a child is for.
type task struct {
	URL     string
	Mode    mode
	Expect  int    // trips whose progress it tells; 0 for none
	Profile string // file for a CPU profile; "" for none
}

// child makes this process an engine if it was started as one, and returns when it is not needed
// any more. If it reports true, main is over.
func child() bool {
	text, there := os.LookupEnv(childVariable)
	if !there {
		return false
	}
	var t task
	err := json.Unmarshal([]byte(text), &t)
	if err == nil {
		err = live(t, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the engine in a child:", err)
		os.Exit(1)
	}
	return true
}

// request is what the parent wants of a child, one at a time.
type request struct {
	Start int    // so many trips; 0 to be told figures
	Heap  string // file for a profile of the heap; "" for none
}

// live is a child's life: it ends with its input, so when the parent is gone, so is the child.
func live(t task, in io.Reader, out io.Writer) (err error) {
	if t.Profile != "" {
		f, err := os.Create(t.Profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	store, err := postgres.Open(ctx, t.URL, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	w := newWitness(t.Expect, out)
	w.participant.mode = t.Mode
	d := trip(&w.participant)
	e, err := saga.New(store, &saga.Config{Observe: w.observe, Measure: w.measure}, d)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	err = obey(ctx, e, d, w, json.NewDecoder(in))
	stop()
	return errors.Join(err, <-ended)
}

func obey(ctx context.Context, e *saga.Engine, d saga.Definition[load.Order], w *witness, in *json.Decoder) error {
	for {
		var r request
		switch err := in.Decode(&r); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case r.Heap != "":
			if err := profileHeap(r.Heap); err != nil {
				return err
			}
			continue
		case r.Start == 0:
			w.tell(message{Kind: "figures", Figures: w.now()})
			continue
		}
		if err := startAll(ctx, e, d, r.Start); err != nil {
			return err
		}
		w.tell(message{Kind: "started"})
	}
}

// profileHeap writes what is in use.
func profileHeap(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	runtime.GC() // twice: pools keep what they hold for one
	runtime.GC()
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}
