package openapi

import "net/http"

// finder is the answer of a mux that leads to operations: which one, and what its wildcards stand
// for. Without one, the status says why.
type finder struct {
	operation *operation
	values    map[string]string
	header    http.Header
	status    int
}

func (f *finder) Header() http.Header         { return f.header }
func (f *finder) WriteHeader(status int)      { f.status = status }
func (f *finder) Write(p []byte) (int, error) { return len(p), nil }

// ServeHTTP tells a finder that this is the operation.
func (o *operation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := w.(*finder)
	if !ok {
		return
	}
	found.operation, found.values = o, map[string]string{}
	for _, p := range o.route.Operation.Parameters {
		if p.Value.In == "path" {
			found.values[p.Value.Name] = r.PathValue(p.Value.Name)
		}
	}
}
