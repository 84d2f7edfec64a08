//go:build unix

package killtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/postgres"
	"github.com/seosa-dev/saga/sqlite"
)

// store is one that can be closed.
type store interface {
	saga.Store
	io.Closer
}

// openStore opens the engine's database.
func openStore(ctx context.Context, at string) (store, error) {
	if !onPostgres(at) {
		return sqlite.Open(ctx, at)
	}
	if _, err := postgres.Migrate(ctx, at); err != nil {
		return nil, err
	}
	return postgres.Open(ctx, at, nil)
}

func openEngine(ctx context.Context, at string, p message.Publisher) (*saga.Engine, store, saga.Definition[bag], error) {
	d := definition(p)
	st, err := openStore(ctx, at)
	if err != nil {
		return nil, nil, d, err
	}
	patience := saga.RetryPolicy{MaxAttempts: 20, Initial: 10 * time.Millisecond, Max: 200 * time.Millisecond}
	engine, err := saga.New(st, &saga.Config{
		Retry: patience, CompensationRetry: patience, Timeout: time.Second, Lease: 500 * time.Millisecond,
	}, d)
	return engine, st, d, err
}

// runEngine is the engine: it takes starts, says how an instance stands, and takes replies.
func runEngine(ctx context.Context) error {
	w, err := newWire(os.Getenv(envCalls))
	if err != nil {
		return err
	}
	engine, st, d, err := openEngine(ctx, os.Getenv(envSagas), w)
	if err != nil {
		return err
	}
	defer st.Close()
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
