package fault

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// participantProblem begins the types of what a participant says; its callers take nothing else for
// its word.
const participantProblem = "urn:problem-type:participant:"

// reply is an answer that has not been sent.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *reply) Header() http.Header { return r.header }

func (r *reply) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
}

func (r *reply) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *reply) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes()) // a caller that is gone has nothing to be told
}

// refuse is the default of [Config.Refusal].
func refuse(w http.ResponseWriter, r *http.Request) {
	more := map[string]any{"code": "refused", "state": "REFUSED"}
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		more["key"] = key
	}
	writeProblem(w, &web.Problem{Type: participantProblem + "refused", Title: "Refused", Status: http.StatusConflict,
		Detail: "An injected fault refused it and nothing was done; ask for something else, under a new key.", More: more})
}

func fail(w http.ResponseWriter, _ *http.Request) {
	writeProblem(w, &web.Problem{Type: participantProblem + "internal", Title: "The service failed",
		Status: http.StatusInternalServerError,
		Detail: "An injected fault: it is not said whether anything was done; repeat it with the same key, or ask about the key."})
}

func tooMuch(w http.ResponseWriter, _ *http.Request) {
	writeProblem(w, &web.Problem{Type: controlProblem + "too-large", Title: "The body is too large",
		Status: http.StatusRequestEntityTooLarge,
		Detail: "Nothing was done: an injected fault was to keep this request, and keeps at most 1 MiB; send less."})
}

func writeProblem(w http.ResponseWriter, p *web.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
