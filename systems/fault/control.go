package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// controlProblem begins the types of the control handler's own problems.
const controlProblem = "urn:problem-type:fault:"

// State is what the control handler answers: what waits, what was called and what struck.
type State struct {
	Armed  []Fault        `json:"armed"`  // as [Faults.Armed]
	Calls  []Call         `json:"calls"`  // as [Faults.Calls]
	Counts map[string]int `json:"counts"` // as [Faults.Counts]
	Rates  Rates          `json:"rates"`  // of [Faults.Random]
}

// Handler controls the faults over HTTP, for callers on this machine and for pages of the same
// origin:
//
//	GET    /faults               {"armed":[…],"calls":[…],"counts":{…},"rates":{…}}
//	POST   /faults               a Fault or a list of them: Arm
//	DELETE /faults               Clear
//	DELETE /faults/{at}/{kind}   Disarm
//	POST   /faults/release       Release
//	DELETE /calls                Forget
//	PUT    /rates                Rates: Random
//
// Each answers 200 with what GET answers, or a problem (RFC 9457) below urn:problem-type:fault:. It
// belongs beside the tools that wire the package, never on an address of a service.
func (f *Faults) Handler() http.Handler {
	mux := http.NewServeMux()
	f.handle(mux, "GET /faults", func(http.ResponseWriter, *http.Request) error { return nil })
	f.handle(mux, "POST /faults", f.post)
	f.handle(mux, "DELETE /faults", func(http.ResponseWriter, *http.Request) error { return f.Clear() })
	f.handle(mux, "DELETE /faults/{at}/{kind}", func(_ http.ResponseWriter, r *http.Request) error {
		return f.Disarm(r.PathValue("at"), Kind(r.PathValue("kind")))
	})
	f.handle(mux, "POST /faults/release", func(http.ResponseWriter, *http.Request) error { f.Release(); return nil })
	f.handle(mux, "DELETE /calls", func(http.ResponseWriter, *http.Request) error { f.Forget(); return nil })
	f.handle(mux, "PUT /rates", f.put)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, &web.Problem{Type: controlProblem + "no-such-resource", Title: "There is nothing here", Status: http.StatusNotFound,
			Detail: "Nothing was done; use GET, POST or DELETE /faults, DELETE /faults/{at}/{kind}, POST /faults/release, DELETE /calls or PUT /rates."})
	})
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, forbidden("the request comes from a page of another site"))
	}))
	return foreign.Handler(mux)
}

// handle serves what changes something and then shows the state.
func (f *Faults) handle(mux *http.ServeMux, pattern string, change func(http.ResponseWriter, *http.Request) error) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		err := web.Loopback(r)
		if err != nil {
			writeProblem(w, forbidden(err.Error()))
			return
		}
		if err := change(w, r); err != nil {
			writeProblem(w, problemOf(err))
			return
		}
		web.WriteJSON(w, http.StatusOK, f.state())
	})
}

func (f *Faults) state() State {
	s := State{Armed: f.Armed(), Calls: f.Calls(), Counts: f.Counts()}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Rates = f.rates
	return s
}

func (f *Faults) post(w http.ResponseWriter, r *http.Request) error {
	const example = `{"at":"a place","kind":"drop-reply"}, or a list of such`
	var body json.RawMessage
	if err := web.ReadJSON(w, r, controlProblem, example, &body); err != nil {
		return err
	}
	var faults []Fault
	var into any = &faults
	if !bytes.HasPrefix(body, []byte("[")) {
		faults = make([]Fault, 1)
		into = &faults[0]
	}
	if err := strictly(body, into); err != nil {
		return invalid("send " + example + ". The reader said: " + err.Error())
	}
	return f.Arm(faults...)
}

func (f *Faults) put(w http.ResponseWriter, r *http.Request) error {
	var rates Rates
	err := web.ReadJSON(w, r, controlProblem, `{"dropReply":0.05,"dropRequest":0,"duplicate":0.05,"delay":0.05,"seed":1}`, &rates)
	if err != nil {
		return err
	}
	return f.Random(rates)
}

func strictly(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func problemOf(err error) *web.Problem {
	if p, is := errors.AsType[*web.Problem](err); is {
		return p
	}
	if errors.Is(err, ErrInvalid) {
		return invalid(err.Error() + ".")
	}
	return &web.Problem{Type: controlProblem + "internal", Title: "The faults could not be changed", Status: http.StatusInternalServerError,
		Detail: err.Error() + ". Look at GET /faults and repeat it."}
}

func invalid(detail string) *web.Problem {
	return &web.Problem{Type: controlProblem + "invalid-request", Title: "The body cannot be used", Status: http.StatusBadRequest,
		Detail: "Nothing was done; " + detail}
}

func forbidden(why string) *web.Problem {
	return &web.Problem{Type: controlProblem + "forbidden", Title: "Only this machine may do that", Status: http.StatusForbidden,
		Detail: "Nothing was done: " + why + "; ask from the machine itself."}
}
