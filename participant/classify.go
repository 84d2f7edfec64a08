package participant

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"

	"github.com/seosa-dev/saga"
)

// Classify says what one exchange with a [Server] proves about the do that was asked for. A nil
// error means that the answer is an [Entry]; what it says is in its State. Otherwise the error
// wraps [saga.Refused] (and the entry carries the refusal), [saga.NotDone], or neither: nobody can
// tell. The package documentation has the table and the reasons. Whether the entry is about the
// right key is for the caller to check; [Remote] does.
func Classify(x Exchange) (Entry, error) {
	if x.Err != nil {
		return Entry{}, unanswered(x)
	}
	if p, ok := problemIn(x); ok {
		return p.judge()
	}
	switch {
	case x.Status >= 500:
		return Entry{}, fmt.Errorf("participant: answered %d, and what was done is not known: %.300q", x.Status, x.Body)
	case x.Status != http.StatusOK:
		return Entry{}, fmt.Errorf("participant: answered %d, and not by the participant itself", x.Status)
	}
	return entryIn(x)
}

// unanswered tells a request that was never sent from one that may have arrived. Neither error
// wraps the cause: an outcome in there would not be the participant's word.
func unanswered(x Exchange) error {
	// An expired ctx is not a failed dial: it does not say how far the request had come.
	if dial, ok := errors.AsType[*net.OpError](x.Err); ok && dial.Op == "dial" && x.Status == 0 {
		return fmt.Errorf("%w: the participant cannot be reached: %v", saga.NotDone, x.Err) //nolint:errorlint // as above
	}
	return fmt.Errorf("participant: no complete reply: %v", x.Err) //nolint:errorlint // as above
}

func entryIn(x Exchange) (Entry, error) {
	var e Entry
	if !hasType(x, jsonType) {
		return Entry{}, fmt.Errorf("participant: the answer is %.60q instead of JSON", x.ContentType)
	}
	if err := json.Unmarshal(x.Body, &e); err != nil {
		return Entry{}, fmt.Errorf("participant: the answer cannot be read: %w", err)
	}
	if !e.State.known() {
		return Entry{}, fmt.Errorf("participant: the answer has no state that is known here: %.60q", e.State)
	}
	return e, nil
}

func hasType(x Exchange, want string) bool {
	kind, _, err := mime.ParseMediaType(x.ContentType)
	return err == nil && kind == want
}
