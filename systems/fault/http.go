package fault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxKept bounds the body of a request that is kept or delivered twice.
const maxKept = 1 << 20

// HTTP stands between the callers of a handler and the handler. at names the place that a request
// passes and key the call, for Fault.Match and Calls; requests at "" pass untouched and are not
// recorded. key may be nil. Answers are passed on when the handler has returned, so what streams
// must not be watched.
//
// A caller whose request or reply is lost sees its connection break. net/http's own client then
// repeats a request by itself if it can rewind its body and finds it idempotent; give a facade that
// must send exactly one request a body that cannot be rewound.
func (f *Faults) HTTP(at func(*http.Request) string, key func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place := at(r)
		if place == "" {
			next.ServeHTTP(w, r)
			return
		}
		x := &exchange{faults: f, w: w, r: r, handler: next}
		if key != nil {
			x.key = key(r)
		}
		x.fault = f.next(place, x.key, onHTTP())
		x.call = f.begin(Call{At: place, Key: x.key})
		x.run()
	})
}

// exchange is one request at a watched place.
type exchange struct {
	faults  *Faults
	call    *Call
	key     string
	fault   Fault
	w       http.ResponseWriter
	r       *http.Request
	handler http.Handler
}

func (x *exchange) run() {
	switch x.fault.Kind {
	case Refuse:
		x.strike()
		x.answer(x.serve(http.HandlerFunc(x.faults.config.Refusal), x.r))
	case FailBefore:
		x.strike()
		x.answer(x.serve(http.HandlerFunc(fail), x.r))
	case FailAfter:
		x.serve(x.handler, x.r)
		x.strike()
		x.answer(x.serve(http.HandlerFunc(fail), x.r))
	case DropRequest, CrashBefore:
		x.lose()
	case DropReply, CrashAfter:
		x.serve(x.handler, x.r)
		x.lose()
	case Duplicate, Delay, HoldReply:
		x.keep()
	default:
		x.answer(x.serve(x.handler, x.r))
	}
}

// keep is for the faults that need the whole request before anything else.
func (x *exchange) keep() {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxKept))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		x.answer(x.serve(http.HandlerFunc(tooMuch), x.r))
		return
	}
	if err != nil { // the caller has gone in the middle of it
		panic(http.ErrAbortHandler)
	}
	switch x.fault.Kind {
	case Duplicate:
		x.serve(x.handler, again(x.r.Context(), x.r, body))
		reply := x.serve(x.handler, again(x.r.Context(), x.r, body))
		x.strike()
		x.answer(reply)
	case Delay:
		later := again(context.WithoutCancel(x.r.Context()), x.r, body)
		x.faults.keep(x.fault.Hold, func() { x.arrive(later) })
		x.lose()
	case HoldReply:
		x.hold(x.serve(x.handler, again(x.r.Context(), x.r, body)))
	}
}

// hold keeps an answer back until it is let go or nobody waits for it any more.
func (x *exchange) hold(reply *reply) {
	released := x.faults.releases() // before the strike: who waits for that may release at once
	var over <-chan time.Time
	if x.fault.Hold > 0 {
		timer := time.NewTimer(x.fault.Hold)
		defer timer.Stop()
		over = timer.C
	}
	x.strike()
	select {
	case <-released:
	case <-over:
	case <-x.r.Context().Done():
		panic(http.ErrAbortHandler)
	}
	x.answer(reply)
}

// arrive carries out a delayed call. Its caller has long gone.
func (x *exchange) arrive(r *http.Request) {
	c := x.faults.begin(Call{At: x.call.At, Key: x.key, Fault: Delay, Late: true})
	reply := x.serve(x.handler, r)
	x.faults.end(c, reply.status, x.faults.config.Judge(c.At, reply.status, reply.body.Bytes()))
}

func (x *exchange) serve(h http.Handler, r *http.Request) *reply {
	reply := &reply{header: http.Header{}}
	h.ServeHTTP(reply, r)
	reply.WriteHeader(http.StatusOK) // if nothing was said
	return reply
}

func (x *exchange) strike() { x.faults.strike(x.fault, x.key, x.call) }

// lose breaks the connection, or ends the process before that.
func (x *exchange) lose() {
	x.strike()
	if x.fault.Kind == CrashBefore || x.fault.Kind == CrashAfter {
		x.faults.config.Crash()
	}
	x.faults.beforeTelling()
	panic(http.ErrAbortHandler)
}

func (x *exchange) answer(reply *reply) {
	x.faults.beforeTelling()
	x.faults.end(x.call, reply.status, x.faults.config.Judge(x.call.At, reply.status, reply.body.Bytes()))
	reply.send(x.w)
}

// again is the request with a body that has not been read.
func again(ctx context.Context, r *http.Request, body []byte) *http.Request {
	r = r.Clone(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}
