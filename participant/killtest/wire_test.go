//go:build unix

package killtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/seosa-dev/saga/message"
)

// What becomes of messages, beside their arrival.
const (
	isLost    = "messages lost"
	isDoubled = "messages doubled"
	isLate    = "messages late"
	isUnknown = "messages of which their sender did not learn"
)

var fates = []string{isLost, isDoubled, isLate, isUnknown}

// wire is a [message.Publisher] to another process, over HTTP.
type wire struct {
	url    string
	client *http.Client

	mu     sync.Mutex
	chance *rand.Rand
}

func newWire(address string) (*wire, error) {
	seed, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64)
	return &wire{
		url: "http://" + address + "/message", client: &http.Client{Timeout: 2 * time.Second}, chance: rand.New(rand.NewPCG(seed, 0)),
	}, err
}

// draw says what becomes of a message; "" is that it arrives.
func (w *wire) draw() (fate string, wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.chance.IntN(30); n < len(fates) {
		fate = fates[n]
		report(fate)
	}
	return fate, time.Duration(w.chance.IntN(1000)) * time.Millisecond
}

// Publish implements [message.Publisher].
func (w *wire) Publish(ctx context.Context, m message.Message) error {
	fate, wait := w.draw()
	switch fate {
	case isLost:
		return nil
	case isDoubled:
		_ = w.send(ctx, m)
	case isLate:
		time.AfterFunc(wait, func() { _ = w.send(context.Background(), m) })
		return nil
	case isUnknown:
		_ = w.send(ctx, m)
		return errors.New("the reply to the message was lost")
	}
	return w.send(ctx, m)
}

func (w *wire) send(ctx context.Context, m message.Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := w.client.Do(request)
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", message.ErrUnavailable, err)
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch response.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: %s", message.ErrPoison, text)
	case http.StatusServiceUnavailable:
		return fmt.Errorf("%w: %s", message.ErrUnavailable, text)
	}
	return fmt.Errorf("answered %d: %s, %w", response.StatusCode, text, err)
}

// taking answers with what a handler says.
func taking(h message.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var m message.Message
		err := json.NewDecoder(r.Body).Decode(&m)
		if err == nil {
			err = h(r.Context(), m)
		}
		switch {
		case errors.Is(err, message.ErrPoison):
			report(saysPoison)
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		case errors.Is(err, message.ErrUnavailable):
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

const saysPoison = "messages that nobody can handle"
