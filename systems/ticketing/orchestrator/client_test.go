package orchestrator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// signedOn takes the session's cookie for the name of whoever sends it.
func signedOn(r *http.Request) (string, error) {
	cookie, err := r.Cookie("ticketing_session")
	if err != nil {
		return "", &web.Problem{Type: access.ProblemType + "no-session", Title: "Nobody has signed on", Status: http.StatusUnauthorized, Detail: "Sign on."}
	}
	return cookie.Value, nil
}

// request is what a buyer sends; what is empty is not sent.
type request struct{ user, method, path, key, token, kind, body string }

// pay asks for the reservations 1 and 2 to be paid.
func pay(key string) request {
	return request{mina, http.MethodPost, "/payments", key, "t", "application/json", `{"reservationIds":[1,2]}`}
}

func see(id string) request { return request{user: mina, method: http.MethodGet, path: "/sagas/" + id} }

// answer is a view or a problem.
type answer struct {
	status  int
	header  http.Header
	body    string
	view    orchestrator.View
	problem struct {
		Type, Detail, SagaID string
		State                orchestrator.State
		Refunded             int64
	}
}

func (w *town) send(q request) answer {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), q.method, q.path, strings.NewReader(q.body))
	for name, value := range map[string]string{"Idempotency-Key": q.key, "QUEUE-TOKEN": q.token, "Content-Type": q.kind} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if q.user != "" {
		r.AddCookie(&http.Cookie{Name: "ticketing_session", Value: q.user})
	}
	recorded := httptest.NewRecorder()
	w.checked.ServeHTTP(recorded, r)
	a := answer{status: recorded.Code, header: recorded.Header(), body: recorded.Body.String()}
	into := any(&a.view)
	if a.status >= http.StatusBadRequest {
		into = &a.problem
	}
	if err := json.Unmarshal(recorded.Body.Bytes(), into); err != nil {
		w.t.Errorf("%+v: %d %q: %v", q, a.status, a.body, err)
	}
	return a
}

// wants sends a request and compares the answer's status and, if it is a problem, its code. What is answered
// by 202 is repeated, if something else is wanted.
func (w *town) wants(status int, code string, q request) answer {
	w.t.Helper()
	a := w.send(q)
	for range 100 {
		if a.status != http.StatusAccepted || status == a.status {
			break
		}
		a = w.send(q)
	}
	if got := strings.TrimPrefix(a.problem.Type, access.ProblemType); a.status != status || got != code {
		w.t.Errorf("%+v: got %d %s, want %d %s", q, a.status, a.body, status, code)
	}
	return a
}
