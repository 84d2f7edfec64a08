package participant

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// maxReply bounds what is read of a reply.
const maxReply = 256 << 10

// HTTP is a [Sender] over net/http. It reads at most 256 KiB of a reply, and is safe for concurrent
// use.
type HTTP struct {
	URL string // of the participant, without a slash at the end: http://127.0.0.1:8081
	// Client sends the requests; its CheckRedirect is not asked, as no redirect is followed. It must
	// not use a proxy that may try again. Default: http.DefaultClient.
	Client *http.Client
}

// Send implements [Sender].
func (h HTTP) Send(ctx context.Context, method, path, key string, body []byte) Exchange {
	request, err := http.NewRequestWithContext(ctx, method, h.URL+path, once{bytes.NewReader(body)})
	if err != nil {
		return Exchange{Err: err}
	}
	request.ContentLength = int64(len(body))
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := h.client().Do(request)
	if err != nil {
		return Exchange{Err: err}
	}
	defer func() { _ = response.Body.Close() }()
	got := Exchange{Status: response.StatusCode, ContentType: response.Header.Get("Content-Type")}
	got.Body, got.Err = io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if got.Err == nil && len(got.Body) > maxReply {
		got.Err = errors.New("the reply is larger than 256 KiB")
	}
	return got
}

func (h HTTP) client() *http.Client {
	if h.Client == nil {
		h.Client = http.DefaultClient
	}
	client := *h.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// once is a body that cannot be rewound. Without it, net/http sends a request a second time on its
// own when a kept connection breaks, if it is a GET or carries an Idempotency-Key.
type once struct{ *bytes.Reader }

func (once) Close() error { return nil }
