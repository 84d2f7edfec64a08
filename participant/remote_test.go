package participant_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// canned answers every request alike and remembers the last.
type canned struct {
	x    participant.Exchange
	sent []string
}

func (c *canned) Send(_ context.Context, method, path, key string, body []byte) participant.Exchange {
	c.sent = append(c.sent, strings.Join([]string{method, path, key, string(body)}, " "))
	return c.x
}

func answer(status int, kind string, body []byte) participant.Exchange {
	return participant.Exchange{Status: status, ContentType: kind, Body: body}
}

func TestRemoteReadsEachAnswerByWhatWasAsked(t *testing.T) {
	t.Parallel()
	const s, r, n, u = saga.Succeeded, saga.Refused, saga.NotDone, saga.Unknown
	of := func(key, state string) participant.Exchange {
		return answer(200, plainJSON, []byte(`{"key":"`+key+`","state":"`+state+`"}`))
	}
	keyless := []byte(strings.Replace(string(problem("invalid-request")), `"key":"k",`, "", 1))
	for name, c := range map[string]struct {
		x                      participant.Exchange
		do, probe, fence, undo saga.Outcome
	}{
		"NONE":            {of("k", "NONE"), u, n, u, u},
		"APPLIED":         {of("k", "APPLIED"), s, s, s, u},
		"REFUSED":         {of("k", "REFUSED"), u, r, r, s},
		"CANCELLED":       {of("k", "CANCELLED"), u, r, r, s},
		"REVERTED":        {of("k", "REVERTED"), u, r, r, s},
		"another's":       {of("j", "APPLIED"), u, u, u, u},
		"another's NONE":  {of("j", "NONE"), u, u, u, u},
		"another's end":   {of("j", "REVERTED"), u, u, u, u},
		"nobody's":        {answer(200, plainJSON, []byte(`{"state":"APPLIED"}`)), u, u, u, u},
		"refused":         {answer(409, problemJSON, problem("refused")), r, u, u, n},
		"reverted":        {answer(409, problemJSON, problem("reverted")), r, u, u, n},
		"of another":      {answer(409, problemJSON, []byte(`{"type":"`+urn+`refused","key":"j"}`)), u, u, u, n},
		"invalid":         {answer(400, problemJSON, problem("invalid-request")), r, u, u, n},
		"its key is lost": {answer(400, problemJSON, keyless), u, u, u, n},
		"key reused":      {answer(422, problemJSON, problem("key-reused")), u, u, u, n},
		"forbidden":       {answer(403, problemJSON, problem("forbidden")), n, u, u, n},
		"a proxy's 403":   {answer(403, "text/html", nil), u, u, u, u},
		"500":             {answer(500, problemJSON, problem("internal")), u, u, u, u},
		"no dial":         {participant.Exchange{Err: noDial()}, n, u, u, n},
		"timeout":         {participant.Exchange{Err: context.DeadlineExceeded}, u, u, u, u},
		"half":            {participant.Exchange{Status: 200, Err: io.ErrUnexpectedEOF}, u, u, u, u},
	} {
		remote := participant.Remote{Sender: &canned{x: c.x}, Path: "/stock"}
		for call, want := range map[string]saga.Outcome{"do": c.do, "probe": c.probe, "fence": c.fence, "undo": c.undo} {
			e, err := call4(t, remote, call)
			if got := saga.OutcomeOf(err); got != want {
				t.Errorf("%s of %s: %s, want %s (%v)", call, name, got, want, err)
			}
			if want == r && (e.Refusal == nil || e.Refusal.Code == "" || e.Refusal.Detail == "" || e.Key != "k") {
				t.Errorf("%s of %s: refused without a reason: %+v", call, name, e)
			}
		}
	}
}

func call4(t *testing.T, r participant.Remote, call string) (participant.Entry, error) {
	t.Helper()
	switch call {
	case "do":
		return r.Do(t.Context(), "k", order{Quantity: 2})
	case "probe":
		return r.Probe(t.Context(), "k")
	case "fence":
		return r.Fence(t.Context(), "k")
	}
	return r.Undo(t.Context(), "k")
}

func TestRemoteSendsOneRequestACall(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		"do":    `POST /stock k {"quantity":2}`,
		"probe": `GET /stock?key=k  `,
		"fence": `POST /stock/fence k `,
		"undo":  `POST /stock/undo k `,
	} {
		sender := &canned{}
		_, err := call4(t, participant.Remote{Sender: sender, Path: "/stock"}, call)
		if err == nil || len(sender.sent) != 1 || sender.sent[0] != want {
			t.Errorf("%s sent %q, want %q", call, sender.sent, want)
		}
	}
	sender := &canned{}
	remote := participant.Remote{Sender: sender, Path: "/stock"}
	if _, err := remote.Probe(t.Context(), "a/b&c=d+e"); err == nil || sender.sent[0] != "GET /stock?key=a%2Fb%26c%3Dd%2Be  " {
		t.Errorf("the probe sent %q", sender.sent)
	}
}

func TestARequestThatCannotBeWrittenIsNotSent(t *testing.T) {
	t.Parallel()
	sender := &canned{}
	_, err := participant.Remote{Sender: sender, Path: "/stock"}.Do(t.Context(), "k", make(chan int))
	if saga.OutcomeOf(err) != saga.NotDone || len(sender.sent) != 0 {
		t.Errorf("sent %q, %v", sender.sent, err)
	}
}

func TestARecordedRefusalSurvivesAProbe(t *testing.T) {
	t.Parallel()
	body := []byte(`{"key":"k","state":"REFUSED","refusal":{"code":"sold-out","detail":"d","data":{"left":0}}}`)
	e, err := participant.Remote{Sender: &canned{x: answer(200, plainJSON, body)}, Path: "/stock"}.Probe(t.Context(), "k")
	why, ok := errors.AsType[*participant.Refusal](err)
	if !ok || why.Code != "sold-out" || string(why.Data) != `{"left":0}` || e.Refusal != why {
		t.Errorf("got %+v, %v", e, err)
	}
	body = []byte(`{"key":"k","state":"CANCELLED"}`)
	e, err = participant.Remote{Sender: &canned{x: answer(200, plainJSON, body)}, Path: "/stock"}.Fence(t.Context(), "k")
	if !errors.Is(err, saga.Refused) || e.Refusal.Code != "cancelled" || e.State != participant.Cancelled {
		t.Errorf("got %+v, %v", e, err)
	}
}

// FuzzRemote holds the four calls to what their answers may be taken for at most.
func FuzzRemote(f *testing.F) {
	for _, state := range []string{"NONE", "APPLIED", "REFUSED", "CANCELLED", "REVERTED", "HELD"} {
		f.Add(200, plainJSON, entry(state), uint8(0))
	}
	f.Add(409, problemJSON, problem("refused"), uint8(0))
	f.Add(403, problemJSON, problem("forbidden"), uint8(0))
	f.Add(0, "", []byte(nil), uint8(2))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte, failure uint8) {
		x := exchange(status, kind, body, failure)
		remote := participant.Remote{Sender: &canned{x: x}, Path: "/stock"}
		c := claimIn(x)
		mine := slices.Contains(c.keys, "k")
		applied, gone := mine && c.says("APPLIED"), mine && c.says("REFUSED", "CANCELLED", "REVERTED")
		mayBe := map[string]map[saga.Outcome]bool{
			"do":    {saga.Succeeded: applied, saga.Refused: mine && c.refuses(), saga.NotDone: c.unsent || c.own},
			"probe": {saga.Succeeded: applied, saga.Refused: gone, saga.NotDone: mine && c.says("NONE")},
			"fence": {saga.Succeeded: applied, saga.Refused: gone},
			"undo":  {saga.Succeeded: gone, saga.NotDone: c.unsent || c.own},
		}
		for call, may := range mayBe {
			_, err := call4(t, remote, call)
			if got := saga.OutcomeOf(err); got != saga.Unknown && !may[got] {
				t.Errorf("%s: %+v counts as %s (%v)", call, x, got, err)
			}
		}
	})
}
