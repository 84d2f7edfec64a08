package payment_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

// counter is a till that is asked over HTTP; each exchange is held against the document.
type counter struct {
	*till
	checked *openapi.Checker
}

// signedOn takes the session's cookie for the name of whoever sends it.
func signedOn(r *http.Request) (string, error) {
	cookie, err := r.Cookie("ticketing_session")
	if err != nil {
		return "", &web.Problem{Type: access.ProblemType + "no-session", Title: "Nobody has signed on", Status: http.StatusUnauthorized, Detail: "Sign on."}
	}
	return cookie.Value, nil
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	w := newTill(t, &access.Guard{User: signedOn})
	return &counter{w, openapi.Check(t, payment.NewController(w.PaymentService))}
}

// asks wants a status, and reads the body.
func (c *counter) asks(user string, status int, method, path string, into any) {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, nil)
	if user != "" {
		r.AddCookie(&http.Cookie{Name: "ticketing_session", Value: user})
	}
	answer := httptest.NewRecorder()
	c.checked.ServeHTTP(answer, r)
	if answer.Code != status {
		c.t.Errorf("%s %s of %q: %d %s, want %d", method, path, user, answer.Code, answer.Body, status)
		return
	}
	if into != nil {
		must(c.t, json.Unmarshal(answer.Body.Bytes(), into))
	}
}

// Everything that the document promises is shown here once; the checker holds each exchange against it.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, id := range []string{"s-1", "s-2", "s-3"} {
		c.wants("PaymentInitiated", id, initiated(id), "DebitBalance")
	}
	c.wants("BalanceDebited", s1, debited(s1), "PaymentCompleted")
	c.wants("UndoPayment", s1, question(1), "PaymentUndone")
	c.wants("BalanceDebitFailed", "s-2", poor("s-2"), "PaymentFailed insufficient-balance")

	c.asks("", 200, "GET", "/healthz", nil)
	var one payment.View
	c.asks(mina, 200, "GET", "/payments/P-s-1", &one)
	if one.Status != payment.Cancelled || one.RefundedAt.IsZero() || len(one.Lines) != 2 || len(one.History) != 3 || one.Amount != 300 {
		t.Errorf("got %+v", one)
	}
	c.asks(mina, 200, "GET", "/payments/P-s-2", nil)
	c.asks(mina, 404, "GET", "/payments/P-s-4", nil)
	c.asks(jun, 404, "GET", "/payments/P-s-1", nil) // it is nobody else's business that it exists
	c.asks("", 401, "GET", "/payments/P-s-1", nil)

	c.asks(mina, 200, "GET", "/payments?limit=100", nil)
	c.asks("", 401, "GET", "/payments", nil)
	for _, bad := range []string{"0", "101", "-1", "x", "1e1"} {
		c.asks(mina, 400, "GET", "/payments?limit="+bad, nil)
	}
	c.asks(mina, 405, "POST", "/payments", nil)
	c.asks(mina, 404, "GET", "/nothing", nil)
	if unseen := c.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}

// Pages begin where the one before ended, the newest first, also where several payments are of one moment.
func TestPagesGoOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for i := range 7 {
		id := fmt.Sprintf("s-%d", i)
		c.wants("PaymentInitiated", id, initiated(id), "DebitBalance")
	}
	others := initiated("s-of-jun")
	others.Sale.UserID = jun
	c.wants("PaymentInitiated", "s-of-jun", others, "DebitBalance")
	var seen []string
	for after := ""; ; {
		var page payment.List
		c.asks(mina, 200, "GET", "/payments?limit=3&after="+after, &page)
		for _, p := range page.Payments {
			seen = append(seen, p.SagaID)
			after = p.ID
		}
		if len(page.Payments) < 3 {
			break
		}
	}
	if got := strings.Join(seen, " "); got != "s-6 s-5 s-4 s-3 s-2 s-1 s-0" {
		t.Error(got)
	}
	for user, after := range map[string]string{jun: "P-s-6", mina: "P-none"} {
		var page payment.List
		c.asks(user, 200, "GET", "/payments?after="+after, &page)
		if len(page.Payments) > 0 {
			t.Errorf("behind what is none of %s's: %+v", user, page)
		}
	}
}

// A service without its file says so and promises nothing.
func TestAServiceWithoutItsFileSaysSo(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	must(t, c.Close())
	must(t, c.Close())
	for _, path := range []string{"/healthz", "/payments", "/payments/P-s-1"} {
		var p struct{ Type string }
		c.asks(mina, 500, "GET", path, &p)
		if p.Type != access.ProblemType+"internal" {
			t.Errorf("%s: %q", path, p.Type)
		}
	}
}
