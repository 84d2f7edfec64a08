package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

var (
	// ErrNoPass marks a token that the queue does not know.
	ErrNoPass = errors.New("access: the queue does not know the token")
	// ErrGateAway marks a question about a token that was not answered: nothing is known of the token.
	ErrGateAway = errors.New("access: the queue does not answer")
)

// Pass is what the queue says of a token.
type Pass struct {
	UserID    string // whose it is
	ConcertID int64  // for which it is; 0: for all
	Active    bool   // its turn has come, and is not over
	Ended     bool   // it is used up, expired or taken away, and never gets a turn again
}

const (
	tokenHeader = "QUEUE-TOKEN"
	gateTimeout = 2 * time.Second
	maxPass     = 4 << 10 // bytes
	active      = "ACTIVE"
	waiting     = "WAITING"
)

// QueueGate asks the queue service over HTTP: GET /queue/pass. Each check is one request, which follows no
// redirect, uses no proxy and takes at most two seconds. Create it with [NewQueueGate]; it is safe for
// concurrent use.
type QueueGate struct {
	url    string
	guard  *Guard
	client *http.Client
}

// NewQueueGate returns the gate of the queue service at an address such as http://127.0.0.1:8085. Requests
// are signed by the guard; nil is the zero Guard.
func NewQueueGate(queue string, guard *Guard) (*QueueGate, error) {
	u, err := url.Parse(queue)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("access: %q is not the address of a queue service; use one like http://127.0.0.1:8085", queue)
	}
	if guard == nil {
		guard = &Guard{}
	}
	return &QueueGate{url: strings.TrimSuffix(queue, "/") + "/queue/pass", guard: guard, client: &http.Client{
		Timeout:       gateTimeout,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Check says what a token is for. The error matches [ErrNoPass] if there is no such token, and [ErrGateAway]
// if that is not known.
func (g *QueueGate) Check(ctx context.Context, token string) (Pass, error) {
	// A body that cannot be rewound, and is empty: net/http sends a GET without one again by itself.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.url, struct{ io.Reader }{http.NoBody})
	if err != nil {
		return Pass{}, fmt.Errorf("%w: %w", ErrGateAway, err)
	}
	r.Header.Set(tokenHeader, token)
	r.Header.Set("Accept", "application/json")
	g.guard.Sign(r)
	response, err := g.client.Do(r)
	if err != nil {
		return Pass{}, fmt.Errorf("%w: %w", ErrGateAway, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPass+1))
	if err != nil {
		return Pass{}, fmt.Errorf("%w: %w", ErrGateAway, err)
	}
	return judge(response.StatusCode, body)
}

// judge reads an answer. What is not the queue's own word says nothing: a proxy in between may say
// anything.
func judge(status int, body []byte) (Pass, error) {
	var said struct {
		UserID    string `json:"userId"`
		ConcertID *int64 `json:"concertId"`
		Status    string `json:"status"`
	}
	var problem struct {
		Type string `json:"type"`
	}
	switch {
	case status == http.StatusNotFound && json.Unmarshal(body, &problem) == nil && unknownToken(problem.Type):
		return Pass{}, ErrNoPass
	case status != http.StatusOK || json.Unmarshal(body, &said) != nil || said.UserID == "" || said.ConcertID == nil || said.Status == "":
		return Pass{}, fmt.Errorf("%w: it said %d and no pass; check the address and the secret of the services", ErrGateAway, status)
	}
	return Pass{UserID: said.UserID, ConcertID: *said.ConcertID, Active: said.Status == active, Ended: said.Status != active && said.Status != waiting}, nil
}

// unknownToken tells the queue's own 404 from that of a service which has no such route.
func unknownToken(typ string) bool {
	return strings.HasPrefix(typ, ProblemType) && typ != ProblemType+"no-such-resource"
}

// Close drops idle connections.
func (g *QueueGate) Close() { g.client.CloseIdleConnections() }
