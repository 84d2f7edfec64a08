package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/seosa-dev/saga"
)

// Remote is an operation behind a [Server], as seen from a step. What its methods return is what
// the step's function may return: nil, an error that wraps [saga.Refused] or [saga.NotDone], or
// another one, which is unknown. A refusal comes as a [*Refusal], and the entry carries it too. Each
// sends exactly one request. A Remote is safe for concurrent use if its Sender is.
//
// The key is that of the step's action for all four methods: a.Key.String() of the attempt. Undo
// also takes the key of a compensation's attempt, and asks for the action that it takes back.
type Remote struct {
	Sender Sender // required
	Path   string // of the operation, from the root: "/catalog/stock/decrement"
}

// Do asks for the effect. Nil means that it is there; see [Classify] for the rest. An answer about
// another key, or one of a 200 that does not say [Applied], is unknown.
func (r Remote) Do(ctx context.Context, key string, request any) (Entry, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return Entry{}, fmt.Errorf("%w: the request for %s cannot be written as JSON: %w", saga.NotDone, r.Path, err)
	}
	entry, err := Classify(r.Sender.Send(ctx, http.MethodPost, r.Path, key, body))
	told := err == nil || errors.Is(err, saga.Refused)
	switch {
	case told && entry.Key != key:
		return Entry{}, r.aboutAnother(key, entry)
	case err == nil && entry.State != Applied:
		return Entry{}, fmt.Errorf("participant: %s answered the do of %s with %s", r.Path, key, entry.State)
	}
	return entry, err
}

// Probe asks what became of the key: nil if the effect is there, [saga.NotDone] if nothing is
// recorded so far, [saga.Refused] if it is not there and never will be. That the question failed,
// for whatever reason, says nothing about what it asks for and is unknown.
func (r Remote) Probe(ctx context.Context, key string) (Entry, error) {
	entry, err := r.ask(ctx, http.MethodGet, r.Path+"?key="+url.QueryEscape(key), "", key)
	if err == nil && entry.State == None {
		return entry, fmt.Errorf("%w: %s knows nothing of %s so far", saga.NotDone, r.Path, key)
	}
	return final(entry, err)
}

// Fence asks what became of the key and makes that final: nil if the effect is there,
// [saga.Refused] if it is not and never will be. Everything else is unknown.
func (r Remote) Fence(ctx context.Context, key string) (Entry, error) {
	entry, err := r.ask(ctx, http.MethodPost, r.Path+"/fence", key, key)
	if err == nil && entry.State == None {
		return Entry{}, fmt.Errorf("participant: %s left %s open after its fence", r.Path, key)
	}
	return final(entry, err)
}

// Undo asks to take the effect back: nil if it is not there any more, or never was and never will
// be. It is [saga.NotDone] if the participant could not be reached or turned the call away, and
// otherwise unknown, but never refused: an undo is tried again until it is done.
func (r Remote) Undo(ctx context.Context, key string) (Entry, error) {
	if k, err := saga.ParseKey(key); err == nil {
		key = k.Action().String() // the ledger knows nothing of undo keys, and would forbid one for ever
	}
	x := r.Sender.Send(ctx, http.MethodPost, r.Path+"/undo", key, nil)
	if p, ok := problemIn(x); ok {
		return Entry{}, fmt.Errorf("%w: %s turned the undo of %s away: %.300s", saga.NotDone, r.Path, key, p.Error())
	}
	entry, err := Classify(x)
	switch {
	case err != nil:
		return Entry{}, err
	case entry.Key != key:
		return Entry{}, r.aboutAnother(key, entry)
	case entry.State == None || entry.State == Applied:
		return Entry{}, fmt.Errorf("participant: %s answered the undo of %s with %s", r.Path, key, entry.State)
	}
	return entry, nil
}

// ask sends a question, where only an answer counts.
func (r Remote) ask(ctx context.Context, method, path, header, key string) (Entry, error) {
	entry, err := Classify(r.Sender.Send(ctx, method, path, header, nil))
	if err != nil {
		return Entry{}, fmt.Errorf("participant: %s was asked about %s: %v", r.Path, key, err) //nolint:errorlint // wrapping would pass its outcome on
	}
	if entry.Key != key {
		return Entry{}, r.aboutAnother(key, entry)
	}
	return entry, nil
}

func (r Remote) aboutAnother(key string, e Entry) error {
	return fmt.Errorf("participant: %s was asked about %s and answered about %.60q", r.Path, key, e.Key)
}

// final reads an entry that nothing can change any more but an undo.
func final(e Entry, err error) (Entry, error) {
	if err != nil || e.State == Applied {
		return e, err
	}
	if e.Refusal == nil {
		e.Refusal = &Refusal{Code: codeCancelled, Detail: "It was taken back, or forbidden before it was done. Ask again under a new key."}
	}
	return e, e.Refusal
}
