package order_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

const (
	problemJSON = "application/problem+json"
	plainJSON   = "application/json"
)

func problem(code string) []byte {
	return []byte(`{"type":"urn:problem-type:shop:` + code + `","title":"t","status":409,"detail":"d","item":"EST-1"}`)
}

// through is an error as net/http's client returns it.
func through(err error) error { return &url.Error{Op: "Post", URL: "http://catalog", Err: err} }

func TestClassify(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	applied := []byte(`{"key":"k","state":"APPLIED","lines":[]}`)
	cases := map[string]struct {
		exchange order.Exchange
		want     saga.Outcome
	}{
		"applied":               {order.Exchange{Status: 200, ContentType: plainJSON, Body: applied}, saga.Succeeded},
		"with charset":          {order.Exchange{Status: 200, ContentType: plainJSON + "; charset=utf-8", Body: applied}, saga.Succeeded},
		"dial refused":          {order.Exchange{Err: through(refused)}, saga.NotDone},
		"no such host":          {order.Exchange{Err: through(&net.OpError{Op: "dial", Err: &net.DNSError{}})}, saga.NotDone},
		"timeout":               {order.Exchange{Err: through(context.DeadlineExceeded)}, saga.Unknown},
		"reset":                 {order.Exchange{Err: through(reset)}, saga.Unknown},
		"closed":                {order.Exchange{Err: through(io.EOF)}, saga.Unknown},
		"truncated 200":         {order.Exchange{Status: 200, ContentType: plainJSON, Body: applied, Err: io.ErrUnexpectedEOF}, saga.Unknown},
		"truncated 409":         {order.Exchange{Status: 409, ContentType: problemJSON, Body: problem("out-of-stock"), Err: io.ErrUnexpectedEOF}, saga.Unknown},
		"dial error and status": {order.Exchange{Status: 200, Err: through(refused)}, saga.Unknown},
		"outcome in the error":  {order.Exchange{Err: fmt.Errorf("%w: odd", saga.Refused)}, saga.Unknown},
		"cut JSON":              {order.Exchange{Status: 200, ContentType: plainJSON, Body: applied[:20]}, saga.Unknown},
		"portal page":           {order.Exchange{Status: 200, ContentType: "text/html", Body: []byte("<p>sign in</p>")}, saga.Unknown},
		"empty object":          {order.Exchange{Status: 200, ContentType: plainJSON, Body: []byte(`{}`)}, saga.Unknown},
		"unheard-of state":      {order.Exchange{Status: 200, ContentType: plainJSON, Body: []byte(`{"state":"HELD"}`)}, saga.Unknown},
		"accepted":              {order.Exchange{Status: 202, ContentType: plainJSON, Body: applied}, saga.Unknown},
		"no content":            {order.Exchange{Status: 204}, saga.Unknown},
		"redirect":              {order.Exchange{Status: 307}, saga.Unknown},
		"nothing at all":        {order.Exchange{}, saga.Unknown},
		"out of stock":          {order.Exchange{Status: 409, ContentType: problemJSON, Body: problem("out-of-stock")}, saga.Refused},
		"unknown item":          {order.Exchange{Status: 404, ContentType: problemJSON, Body: problem("unknown-item")}, saga.Refused},
		"cancelled":             {order.Exchange{Status: 409, ContentType: problemJSON, Body: problem("cancelled")}, saga.Refused},
		"reverted":              {order.Exchange{Status: 409, ContentType: problemJSON, Body: problem("reverted")}, saga.Refused},
		"invalid":               {order.Exchange{Status: 400, ContentType: problemJSON, Body: problem("invalid-request")}, saga.Refused},
		"key reused":            {order.Exchange{Status: 422, ContentType: problemJSON, Body: problem("key-reused")}, saga.Unknown},
		"catalog forbids":       {order.Exchange{Status: 403, ContentType: problemJSON, Body: problem("forbidden")}, saga.NotDone},
		"wrong path":            {order.Exchange{Status: 404, ContentType: problemJSON, Body: problem("no-such-resource")}, saga.NotDone},
		"a proxy's 404":         {order.Exchange{Status: 404, ContentType: "text/plain", Body: []byte("404 page not found")}, saga.Unknown},
		"another's problem":     {order.Exchange{Status: 409, ContentType: problemJSON, Body: []byte(`{"type":"about:blank","title":"Conflict"}`)}, saga.Unknown},
		"problem as plain JSON": {order.Exchange{Status: 409, ContentType: plainJSON, Body: problem("out-of-stock")}, saga.Unknown},
		"a filter's 401":        {order.Exchange{Status: 401}, saga.Unknown},
		"a filter's 403":        {order.Exchange{Status: 403, ContentType: "text/html"}, saga.Unknown},
		"408":                   {order.Exchange{Status: 408}, saga.Unknown},
		"425":                   {order.Exchange{Status: 425}, saga.Unknown},
		"429":                   {order.Exchange{Status: 429}, saga.Unknown},
		"500":                   {order.Exchange{Status: 500, ContentType: problemJSON, Body: problem("out-of-stock")}, saga.Unknown},
		"503":                   {order.Exchange{Status: 503, ContentType: problemJSON, Body: problem("internal")}, saga.Unknown},
	}
	for name, c := range cases {
		answer, err := order.Classify(c.exchange)
		if got := saga.OutcomeOf(err); got != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
		if (c.want == saga.Refused) != (answer.Refusal != nil) {
			t.Errorf("%s: refusal %+v", name, answer.Refusal)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add(200, plainJSON, []byte(`{"key":"k","state":"APPLIED","lines":[{"item":"EST-1","quantity":1,"unitPrice":2}]}`), 0)
	f.Add(409, problemJSON, problem("out-of-stock"), 0)
	f.Add(422, problemJSON, problem("key-reused"), 1)
	f.Add(503, problemJSON, problem("out-of-stock"), 0)
	f.Add(0, "", []byte(nil), 2)
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte, failure int) {
		errs := []error{nil, io.ErrUnexpectedEOF, through(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), errors.New("odd")}
		x := order.Exchange{Status: status, ContentType: kind, Body: body, Err: errs[uint(failure)%uint(len(errs))]}
		_, err := order.Classify(x)
		switch outcome := saga.OutcomeOf(err); {
		case outcome == saga.Succeeded && (status != 200 || x.Err != nil):
			t.Errorf("%+v counts as an answer", x)
		case outcome == saga.Refused && (status < 400 || status > 499 || x.Err != nil):
			t.Errorf("%+v counts as a refusal", x)
		case outcome == saga.NotDone && status != 0 && (status < 400 || status > 499 || x.Err != nil):
			t.Errorf("%+v counts as not done", x)
		}
	})
}
