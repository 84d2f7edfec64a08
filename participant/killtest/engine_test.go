//go:build unix

package killtest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// openEngine opens the engine's file.
func openEngine(ctx context.Context, folder string, p message.Publisher) (*saga.Engine, *sqlite.Store, saga.Definition[bag], error) {
	d := definition(p)
	store, err := sqlite.Open(ctx, filepath.Join(folder, "sagas.db"))
	if err != nil {
		return nil, nil, d, err
	}
	patience := saga.RetryPolicy{MaxAttempts: 20, Initial: 10 * time.Millisecond, Max: 200 * time.Millisecond}
	engine, err := saga.New(store, &saga.Config{Retry: patience, CompensationRetry: patience, Timeout: time.Second}, d)
	return engine, store, d, err
}

// runEngine is the engine: it takes starts, says how an instance stands, and takes replies.
func runEngine(ctx context.Context) error {
	w, err := newWire(os.Getenv(envCalls))
	if err != nil {
		return err
	}
	engine, store, d, err := openEngine(ctx, os.Getenv(envFolder), w)
	if err != nil {
		return err
	}
	defer store.Close()
	replies := participant.NewReplies(engine, "/engine")
	http.HandleFunc("POST /message", taking(func(ctx context.Context, m message.Message) error {
		report("replies")
		return replies.Take(ctx, m)
	}))
	http.HandleFunc("POST /start", func(rw http.ResponseWriter, r *http.Request) {
		if _, err := d.Start(r.Context(), engine, r.FormValue("id"), bag{}); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		}
	})
	http.HandleFunc("GET /stand", func(rw http.ResponseWriter, r *http.Request) {
		in, err := engine.Get(r.Context(), r.FormValue("id"))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(rw).Encode(in)
	})
	failed := make(chan error, 2)
	go func() { failed <- engine.Run(ctx) }()
	go func() { failed <- http.ListenAndServe(os.Getenv(envStarts), nil) }()
	return <-failed
}
