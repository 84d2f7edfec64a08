package order

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/seosa-dev/saga/participant"
)

// maxReply bounds what is read of a reply. 100 lines need about 10 KiB.
const maxReply = 256 << 10

// HttpFacade sends requests to another service. Each call sends exactly one: no retry, no redirect
// and no proxy is followed, and what came back is handed on without a judgement. Create it with
// [NewHttpFacade]; it is safe for concurrent use.
type HttpFacade struct {
	base   string
	client *http.Client
}

// NewHttpFacade returns a facade for the service at an absolute http or https URL.
func NewHttpFacade(base string) (*HttpFacade, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("order: %q is not the address of a service; use one like http://127.0.0.1:8081", base)
	}
	return &HttpFacade{base: strings.TrimSuffix(base, "/"), client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}, nil
}

// Send sends one request. The key goes out as Idempotency-Key if it is not empty, the body as JSON
// if it is not nil. ctx bounds the whole exchange.
func (f *HttpFacade) Send(ctx context.Context, method, path, key string, body []byte) participant.Exchange {
	request, err := http.NewRequestWithContext(ctx, method, f.base+path, once{bytes.NewReader(body)})
	if err != nil {
		return participant.Exchange{Err: err}
	}
	request.ContentLength = int64(len(body))
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := f.client.Do(request)
	if err != nil {
		return participant.Exchange{Err: err}
	}
	defer func() { _ = response.Body.Close() }()
	got := participant.Exchange{Status: response.StatusCode, ContentType: response.Header.Get("Content-Type")}
	got.Body, got.Err = io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if got.Err == nil && len(got.Body) > maxReply {
		got.Err = errors.New("the reply is larger than 256 KiB")
	}
	return got
}

// Close drops idle connections.
func (f *HttpFacade) Close() { f.client.CloseIdleConnections() }

// once is a body that cannot be rewound. Without it, net/http sends a request a second time on its
// own when a kept connection breaks, if it is a GET or carries an Idempotency-Key.
type once struct{ *bytes.Reader }

func (once) Close() error { return nil }
