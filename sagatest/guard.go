package sagatest

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// longestCall is how long a step's function may take of real time. It has nothing to wait for: time
// in a run is virtual.
const longestCall = time.Second

// reach lets a call reach the step's function. One that waits for the end of its ctx shows that it does
// not belong into a run, and ends it.
func (r *run) reach(c *saga.PendingCall) saga.CallResult {
	ctx, stop := context.WithTimeout(r.context(), longestCall)
	defer stop()
	r.calling, r.number = placeOf(c.Call), c.Number
	res := c.Make(ctx)
	if ctx.Err() != nil && r.broken == nil {
		r.violate(Explorable, "the %s of step %s did not return within %v of real time: nothing in a run takes time, so let the model "+
			"answer at once, and leave it to the explorer what is lost or late", c.Call, c.Step, longestCall)
		r.broken.slow = true
	}
	return res
}

// slow reports whether a call took too long, which may be the machine's doing.
func (r *run) slow() bool { return r.broken != nil && r.broken.slow }

// guard makes a panic of what it calls a violation.
func (r *run) guard(g Guarantee, who string, do func()) {
	defer func() {
		if v := recover(); v != nil {
			r.violate(g, "%s panicked at %s: %v", who, panicked(), v)
		}
	}()
	do()
}

// panicked is the file and line of the panic that is being recovered from.
func panicked() string {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	panicking := false
	for {
		f, more := frames.Next()
		own := !strings.HasPrefix(f.Function, "runtime.")
		if panicking && own {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		panicking = panicking || f.Function == "runtime.gopanic"
		if !more {
			return "a place that is not known"
		}
	}
}
