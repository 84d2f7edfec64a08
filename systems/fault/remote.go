package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxState bounds what is read of a control handler's answer.
const maxState = 4 << 20

// Remote is a set of faults in another process, by the address of its [Faults.Handler]. Both fields are
// required. Its methods do what those of [Faults] do; an error may also be about the way there, and then
// it is not known whether anything was done. It is safe for concurrent use.
type Remote struct {
	URL  string // without a slash at its end
	HTTP *http.Client
}

// State looks at what goes wrong.
func (r Remote) State(ctx context.Context) (State, error) {
	return r.ask(ctx, http.MethodGet, "/faults", nil)
}

// Arm makes things go wrong from now on. What cannot is refused with a reason, and nothing is armed.
func (r Remote) Arm(ctx context.Context, faults ...Fault) error {
	_, err := r.ask(ctx, http.MethodPost, "/faults", faults)
	return err
}

// Disarm takes the faults of this place and kind away.
func (r Remote) Disarm(ctx context.Context, f Fault) error {
	_, err := r.ask(ctx, http.MethodDelete, "/faults/"+url.PathEscape(f.At)+"/"+url.PathEscape(string(f.Kind)), nil)
	return err
}

// Release lets go of what is kept. When it returns, what was delayed has arrived.
func (r Remote) Release(ctx context.Context) error {
	_, err := r.ask(ctx, http.MethodPost, "/faults/release", nil)
	return err
}

// Heal ends all that goes wrong, and then lets go of what is kept.
func (r Remote) Heal(ctx context.Context) error {
	if _, err := r.ask(ctx, http.MethodDelete, "/faults", nil); err != nil {
		return fmt.Errorf("clear the faults: %w", err)
	}
	return r.Release(ctx)
}

// Forget drops what is remembered of calls.
func (r Remote) Forget(ctx context.Context) error {
	_, err := r.ask(ctx, http.MethodDelete, "/calls", nil)
	return err
}

func (r Remote) ask(ctx context.Context, method, path string, body any) (s State, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return s, err
	}
	// A plain reader cannot be rewound, so net/http does not repeat the request by itself.
	request, err := http.NewRequestWithContext(ctx, method, r.URL+path, struct{ io.Reader }{bytes.NewReader(text)})
	if err != nil {
		return s, err
	}
	request.ContentLength = int64(len(text))
	request.Header.Set("Content-Type", "application/json")
	response, err := r.HTTP.Do(request)
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxState))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %d: %.500s", response.StatusCode, said)
	}
	if err == nil {
		err = json.Unmarshal(said, &s)
	}
	if err != nil {
		err = errors.Join(fmt.Errorf("fault: %s %s at %s", method, path, r.URL), err)
	}
	return s, err
}
