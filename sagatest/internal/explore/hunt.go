package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/seosa-dev/saga/sagatest/internal/planted"
)

// hunt prints what it took to catch each bug, and whether all were caught.
func hunt(ctx context.Context, bugs []planted.Bug) bool {
	began := time.Now()
	catches := make([]planted.Catch, len(bugs))
	errs := make([]error, len(bugs))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var hunts sync.WaitGroup
	for i := range bugs {
		hunts.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			catches[i], errs[i] = bugs[i].Hunt(ctx, ".")
		})
	}
	hunts.Wait()
	caught := 0
	fmt.Printf("%-58s %-14s %9s  %s\n", "planted bug", "against", "schedules", "broke")
	for i, b := range bugs {
		switch c := catches[i]; {
		case errs[i] != nil:
			fmt.Printf("%-58s %-14s %9s  %v\n", b.Name, against(b), "-", errs[i])
		case !c.Caught:
			fmt.Printf("%-58s %-14s %9d  NOT CAUGHT: %s\n", b.Name, against(b), c.Schedules, b.Rule)
		default:
			caught++
			fmt.Printf("%-58s %-14s %9d  %s\n", b.Name, against(b), c.Schedules, c.Guarantee)
		}
	}
	fmt.Printf("%d of %d planted bugs caught, in %v\n", caught, len(bugs), time.Since(began).Round(time.Second))
	return caught == len(bugs)
}

// against is the rule or guarantee of a bug, if it has a number.
func against(b planted.Bug) string {
	if rule, _, numbered := strings.Cut(b.Rule, ":"); numbered {
		return rule
	}
	return "-"
}
