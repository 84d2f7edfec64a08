package order

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/seosa-dev/saga/participant"
)

// HttpFacade sends requests to another service. Each call sends exactly one: no retry, no redirect
// and no proxy is followed, and what came back is handed on without a judgement. Create it with
// [NewHttpFacade]; it is safe for concurrent use.
type HttpFacade struct{ to participant.HTTP }

// NewHttpFacade returns a facade for the service at an absolute http or https URL.
func NewHttpFacade(base string) (*HttpFacade, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("order: %q is not the address of a service; use one like http://127.0.0.1:8081", base)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true} // and no proxy
	return &HttpFacade{participant.HTTP{URL: strings.TrimSuffix(base, "/"), Client: &http.Client{Transport: transport}}}, nil
}

// Send sends one request. The key goes out as Idempotency-Key if it is not empty, the body as JSON
// if it is not nil. ctx bounds the whole exchange.
func (f *HttpFacade) Send(ctx context.Context, method, path, key string, body []byte) participant.Exchange {
	return f.to.Send(ctx, method, path, key, body)
}

// Close drops idle connections.
func (f *HttpFacade) Close() { f.to.Client.CloseIdleConnections() }
