package participant

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/netip"
)

// keyHeader names the effect, as draft-ietf-httpapi-idempotency-key-header has it. The key is sent
// bare, without the quotes of a structured field.
const keyHeader = "Idempotency-Key"

// loopback lets callers on this machine through and nobody else.
func loopback(r *http.Request) error {
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && from.Addr().IsLoopback() {
		return nil
	}
	return errors.New("the caller is on another machine")
}

// keyOf returns the request's key. There is exactly one header field of it, because a proxy that
// merged two would make another key. Without a key, the problem names none, and a client takes it
// for no refusal: the header may have been lost on the way.
func keyOf(r *http.Request) (string, error) {
	if values := r.Header.Values(keyHeader); len(values) == 1 {
		return values[0], nil
	}
	return "", newProblem(codeInvalid,
		"Nothing was done; send one "+keyHeader+" header that names this effect, and the same one with every repeat.")
}

// bodyOf reads the body of a do. What is wrong with it that may be the network's doing is no
// invalid request: the next try may be better.
func (s *Server) bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != jsonType {
		return nil, newProblem(codeMediaType,
			"Nothing was done; send the body as Content-Type: "+jsonType+".")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, newProblem(codeTooLarge,
			fmt.Sprintf("Nothing was done; send at most %d bytes.", s.maxBody))
	}
	if err != nil {
		return nil, newProblem(codeIncomplete,
			"Nothing was done; the body ended early. Send the request again.")
	}
	return body, nil
}
