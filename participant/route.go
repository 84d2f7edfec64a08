package participant

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// call answers one request, or says in the error why not.
type call func(w http.ResponseWriter, r *http.Request) (Entry, error)

// route is what a path offers, by method.
type route map[string]call

// nameForm keeps names to what a path says as it is, without escapes.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$`)

// Handle offers an operation under a name, which is its path without the first slash and may have
// several parts: "stock/decrement". It panics if that cannot be served: an odd name, a name whose
// paths are taken, or an operation without Do, Probe or Fence.
func (s *Server) Handle(name string, op Operation) {
	if !nameForm.MatchString(name) || op.Do == nil || op.Probe == nil || op.Fence == nil {
		panic(fmt.Sprintf("participant: %q cannot be served; use letters, digits and slashes, and give it Do, Probe and Fence", name))
	}
	path := "/" + name
	s.add(path, route{http.MethodPost: s.do(op.Do), http.MethodGet: probe(op.Probe)})
	s.add(path+"/fence", route{http.MethodPost: byKey(op.Fence)})
	if op.Undo != nil {
		s.add(path+"/undo", route{http.MethodPost: byKey(op.Undo)})
	}
}

func (s *Server) add(path string, r route) {
	if _, taken := s.routes[path]; taken {
		panic("participant: the path " + path + " is taken; choose another name")
	}
	s.routes[path] = r
}

// find returns what answers a request that may be answered.
func (s *Server) find(w http.ResponseWriter, r *http.Request) (call, error) {
	if err := s.authorize(r); err != nil {
		return nil, newProblem(codeForbidden,
			"Not allowed: "+err.Error()+". Nothing was done; call from the participant's own machine, or with what its authorizer asks for.")
	}
	route, ok := s.routes[r.URL.Path]
	if !ok {
		return nil, newProblem(codeNoResource,
			"Nothing was done; the paths here are "+strings.Join(slices.Sorted(maps.Keys(s.routes)), ", ")+".")
	}
	answer, ok := route[r.Method]
	if !ok {
		allow := strings.Join(slices.Sorted(maps.Keys(route)), ", ")
		w.Header().Set("Allow", allow)
		return nil, newProblem(codeMethod, "Nothing was done; use "+allow+".")
	}
	return answer, nil
}

func (s *Server) do(do func(context.Context, string, json.RawMessage) (Entry, error)) call {
	return func(w http.ResponseWriter, r *http.Request) (Entry, error) {
		key, err := keyOf(r)
		if err != nil {
			return Entry{}, err
		}
		body, err := s.bodyOf(w, r)
		if err != nil {
			return Entry{}, err
		}
		entry, err := do(r.Context(), key, body)
		if err == nil && entry.State != Applied {
			err = refusalOf(entry)
		}
		return entry, about(key, err)
	}
}

// byKey serves the calls that need nothing but the key.
func byKey(change func(context.Context, string) (Entry, error)) call {
	return func(_ http.ResponseWriter, r *http.Request) (Entry, error) {
		key, err := keyOf(r)
		if err != nil {
			return Entry{}, err
		}
		entry, err := change(r.Context(), key)
		return entry, about(key, err)
	}
}

func probe(probe func(context.Context, string) (Entry, error)) call {
	return func(_ http.ResponseWriter, r *http.Request) (Entry, error) {
		keys := r.URL.Query()["key"]
		if len(keys) != 1 {
			return Entry{}, newProblem(codeInvalid, "Nothing was done; ask with ?key= and one key.")
		}
		entry, err := probe(r.Context(), keys[0])
		return entry, about(keys[0], err)
	}
}
