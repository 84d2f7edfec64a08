package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

const (
	plainJSON   = "application/json"
	problemJSON = "application/problem+json"
)

func entry(state string) []byte { return []byte(`{"key":"k","state":"` + state + `"}`) }

func problem(code string) []byte {
	return []byte(`{"type":"` + urn + code + `","title":"t","status":409,"detail":"d","key":"k","code":"sold-out","data":[1]}`)
}

// through is an error as net/http's client returns it.
func through(err error) error { return &url.Error{Op: "Post", URL: "http://stock", Err: err} }

func noDial() error {
	return through(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
}

func TestClassify(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	proxy := &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
	for name, c := range map[string]struct {
		x    participant.Exchange
		want saga.Outcome
	}{
		"applied":               {participant.Exchange{Status: 200, ContentType: plainJSON, Body: entry("APPLIED")}, saga.Succeeded},
		"with charset":          {participant.Exchange{Status: 200, ContentType: plainJSON + "; charset=utf-8", Body: entry("APPLIED")}, saga.Succeeded},
		"dial refused":          {participant.Exchange{Err: noDial()}, saga.NotDone},
		"no such host":          {participant.Exchange{Err: through(&net.OpError{Op: "dial", Err: &net.DNSError{}})}, saga.NotDone},
		"a proxy's dial":        {participant.Exchange{Err: through(proxy)}, saga.Unknown},
		"timeout":               {participant.Exchange{Err: through(context.DeadlineExceeded)}, saga.Unknown},
		"reset":                 {participant.Exchange{Err: through(reset)}, saga.Unknown},
		"closed":                {participant.Exchange{Err: through(io.EOF)}, saga.Unknown},
		"truncated 200":         {participant.Exchange{Status: 200, ContentType: plainJSON, Body: entry("APPLIED"), Err: io.ErrUnexpectedEOF}, saga.Unknown},
		"truncated 409":         {participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem("refused"), Err: io.ErrUnexpectedEOF}, saga.Unknown},
		"dial error and status": {participant.Exchange{Status: 200, Err: noDial()}, saga.Unknown},
		"outcome in the error":  {participant.Exchange{Err: fmt.Errorf("%w: odd", saga.Refused)}, saga.Unknown},
		"not done in the error": {participant.Exchange{Err: fmt.Errorf("%w: odd", saga.NotDone)}, saga.Unknown},
		"cut JSON":              {participant.Exchange{Status: 200, ContentType: plainJSON, Body: entry("APPLIED")[:20]}, saga.Unknown},
		"portal page":           {participant.Exchange{Status: 200, ContentType: "text/html", Body: []byte("<p>sign in</p>")}, saga.Unknown},
		"empty object":          {participant.Exchange{Status: 200, ContentType: plainJSON, Body: []byte(`{}`)}, saga.Unknown},
		"null":                  {participant.Exchange{Status: 200, ContentType: plainJSON, Body: []byte(`null`)}, saga.Unknown},
		"unheard-of state":      {participant.Exchange{Status: 200, ContentType: plainJSON, Body: entry("HELD")}, saga.Unknown},
		"accepted":              {participant.Exchange{Status: 202, ContentType: plainJSON, Body: entry("APPLIED")}, saga.Unknown},
		"no content":            {participant.Exchange{Status: 204}, saga.Unknown},
		"redirect":              {participant.Exchange{Status: 307}, saga.Unknown},
		"nothing at all":        {participant.Exchange{}, saga.Unknown},
		"refused":               {participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem("refused")}, saga.Refused},
		"cancelled":             {participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem("cancelled")}, saga.Refused},
		"reverted":              {participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem("reverted")}, saga.Refused},
		"invalid":               {participant.Exchange{Status: 400, ContentType: problemJSON, Body: problem("invalid-request")}, saga.Refused},
		"key reused":            {participant.Exchange{Status: 422, ContentType: problemJSON, Body: problem("key-reused")}, saga.Unknown},
		"cut on the way":        {participant.Exchange{Status: 400, ContentType: problemJSON, Body: problem("incomplete-request")}, saga.NotDone},
		"forbidden":             {participant.Exchange{Status: 403, ContentType: problemJSON, Body: problem("forbidden")}, saga.NotDone},
		"wrong path":            {participant.Exchange{Status: 404, ContentType: problemJSON, Body: problem("no-such-resource")}, saga.NotDone},
		"a word like ours":      {participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem("refused-by-proxy")}, saga.NotDone},
		"a proxy's 404":         {participant.Exchange{Status: 404, ContentType: "text/plain", Body: []byte("404 page not found")}, saga.Unknown},
		"another's problem":     {participant.Exchange{Status: 409, ContentType: problemJSON, Body: []byte(`{"type":"about:blank","title":"Conflict"}`)}, saga.Unknown},
		"a problem of a system": {participant.Exchange{Status: 409, ContentType: problemJSON, Body: []byte(`{"type":"urn:problem-type:shop:refused"}`)}, saga.Unknown},
		"problem as plain JSON": {participant.Exchange{Status: 409, ContentType: plainJSON, Body: problem("refused")}, saga.Unknown},
		"problem cut short":     {participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem("refused")[:90]}, saga.Unknown},
		"a filter's 401":        {participant.Exchange{Status: 401}, saga.Unknown},
		"a filter's 403":        {participant.Exchange{Status: 403, ContentType: "text/html"}, saga.Unknown},
		"408":                   {participant.Exchange{Status: 408}, saga.Unknown},
		"425":                   {participant.Exchange{Status: 425}, saga.Unknown},
		"429":                   {participant.Exchange{Status: 429}, saga.Unknown},
		"500":                   {participant.Exchange{Status: 500, ContentType: problemJSON, Body: problem("refused")}, saga.Unknown},
		"503":                   {participant.Exchange{Status: 503, ContentType: problemJSON, Body: problem("internal")}, saga.Unknown},
		"200 with a problem":    {participant.Exchange{Status: 200, ContentType: problemJSON, Body: problem("refused")}, saga.Unknown},
	} {
		e, err := participant.Classify(c.x)
		if got := saga.OutcomeOf(err); got != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
		why, isRefusal := errors.AsType[*participant.Refusal](err)
		if (c.want == saga.Refused) != isRefusal || isRefusal && (e.Refusal != why || e.Key != "k") {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

func TestARefusalIsReadInFull(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]participant.Entry{
		"refused":         {Key: "k", State: participant.Refused, Refusal: &participant.Refusal{Code: "sold-out", Detail: "d", Data: raw("[1]")}},
		"cancelled":       {Key: "k", State: participant.Cancelled, Refusal: &participant.Refusal{Code: "cancelled", Detail: "d"}},
		"reverted":        {Key: "k", State: participant.Reverted, Refusal: &participant.Refusal{Code: "reverted", Detail: "d"}},
		"invalid-request": {Key: "k", State: participant.Refused, Refusal: &participant.Refusal{Code: "invalid-request", Detail: "d"}},
	} {
		got, _ := participant.Classify(participant.Exchange{Status: 409, ContentType: problemJSON, Body: problem(code)})
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("%s: got %s, want %s", code, a, b)
		}
	}
}

// exchange makes what a network may hand over.
func exchange(status int, kind string, body []byte, failure uint8) participant.Exchange {
	failures := []error{nil, io.ErrUnexpectedEOF, noDial(), saga.Refused, saga.NotDone, context.DeadlineExceeded}
	return participant.Exchange{Status: status, ContentType: kind, Body: body, Err: failures[int(failure)%len(failures)]}
}

// claim is what an exchange says, read by other means than the package's own.
type claim struct {
	own              bool     // it is a problem of the participant
	code             []string // of such a problem
	states, keys     []string // of an entry, and of both
	answered, unsent bool     // there is a whole response; not a byte was sent
}

func claimIn(x participant.Exchange) (c claim) {
	c.answered = x.Err == nil
	c.unsent = x.Status == 0 && errors.Is(x.Err, syscall.ECONNREFUSED)
	media, _, _ := strings.Cut(x.ContentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	members := map[string]any{}
	if !c.answered || json.Unmarshal(x.Body, &members) != nil {
		return c
	}
	texts := func(name string) (all []string) { // the package's reader ignores the case of names
		for k, v := range members {
			if text, ok := v.(string); ok && strings.EqualFold(k, name) {
				all = append(all, text)
			}
		}
		return all
	}
	for _, typ := range texts("type") {
		if code, ok := strings.CutPrefix(typ, urn); ok && media == problemJSON && x.Status >= 400 && x.Status <= 499 {
			c.own, c.code = true, append(c.code, code)
		}
	}
	if media == plainJSON && x.Status == 200 {
		c.states = texts("state")
	}
	c.keys = texts("key")
	return c
}

// says reports whether the claim is an entry with one of these states.
func (c claim) says(states ...string) bool {
	return slices.ContainsFunc(c.states, func(s string) bool { return slices.Contains(states, s) })
}

// refuses reports whether the claim is a problem that refuses a do.
func (c claim) refuses() bool {
	return slices.ContainsFunc(c.code, func(code string) bool {
		return slices.Contains([]string{"refused", "cancelled", "reverted", "invalid-request"}, code)
	})
}

func FuzzClassify(f *testing.F) {
	f.Add(200, plainJSON, entry("APPLIED"), uint8(0))
	f.Add(200, "Application/JSON; a=b", entry("REFUSED"), uint8(0))
	for _, code := range []string{"refused", "cancelled", "reverted", "invalid-request", "key-reused", "forbidden", ""} {
		f.Add(409, problemJSON, problem(code), uint8(0))
	}
	f.Add(503, problemJSON, problem("refused"), uint8(0))
	f.Add(409, problemJSON, problem("refused"), uint8(1))
	f.Add(409, problemJSON, []byte(`{"type":"urn:problem-type:shop:refused"}`), uint8(0))
	f.Add(0, "", []byte(nil), uint8(2))
	f.Add(0, "", []byte(nil), uint8(3))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte, failure uint8) {
		x := exchange(status, kind, body, failure)
		e, err := participant.Classify(x)
		c := claimIn(x)
		switch saga.OutcomeOf(err) {
		case saga.Succeeded:
			if !c.says(string(e.State)) || !c.says("NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED") {
				t.Errorf("%+v counts as an answer: %+v", x, e)
			}
		case saga.Refused:
			if !c.refuses() || e.Refusal == nil || e.Refusal.Code == "" {
				t.Errorf("%+v counts as a refusal: %+v", x, e)
			}
		case saga.NotDone:
			if !c.unsent && (!c.own || c.refuses() || slices.Contains(c.code, "key-reused")) {
				t.Errorf("%+v counts as not done", x)
			}
		}
	})
}
