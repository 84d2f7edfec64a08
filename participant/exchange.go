package participant

import "context"

// Exchange is what came of one request. The zero value is no answer.
type Exchange struct {
	Status      int    // 0 if no response came
	ContentType string // as the header says it
	Body        []byte // complete if Err is nil
	Err         error  // why there is no complete response; nil if there is one
}

// Sender sends requests to a participant. It must be safe for concurrent use.
type Sender interface {
	// Send sends exactly one request and hands on what came, without judging it. It must not try
	// again, follow a redirect or use a proxy: the failure to connect for a second try would hide
	// that the first was sent. The path begins with a slash and may have a query. The key goes out
	// as the header Idempotency-Key if it is not empty, the body as application/json if it is not
	// nil. ctx bounds the whole exchange.
	Send(ctx context.Context, method, path, key string, body []byte) Exchange
}
