//go:build unix

package nodetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

const (
	callLimit  = 2 * time.Second // of a call to a participant
	startLimit = 2 * time.Second // of a start, in the node
)

// runNode is the child: an engine on the database, and an address at which sagas are started. It
// leaves in good order at SIGTERM.
func runNode() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go withoutParent(func() { os.Exit(2) })
	// What is written to the pipe before a kill is read after it.
	log := slog.New(slog.NewJSONHandler(os.NewFile(3, "report"), nil))
	store, err := postgres.Open(ctx, os.Getenv(envStore), &postgres.Config{Logger: log})
	if err != nil {
		return err
	}
	config := configOf(log)
	if text := os.Getenv(envLease); text != "" {
		if config.Lease, err = time.ParseDuration(text); err != nil {
			return err
		}
	}
	c := caller{life: config.Node, desk: os.Getenv(envDesk), http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	defs := definitions(c.ask)
	engine, err := saga.New(store, config, defs["replay"], defs["probe"], defs["pivot"])
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	own, err := pgxpool.New(ctx, os.Getenv(envStore))
	if err != nil {
		return err
	}
	defer own.Close()
	go http.Serve(l, starter(engine, own, defs))
	log.Info(saysAddress, "address", "http://"+l.Addr().String())
	return errors.Join(engine.Run(ctx), store.Close())
}

// What a node says to its parent besides what the engine and the store log.
const (
	saysAddress = "address"
	saysMeasure = "measure"
	saysEnded   = "ended"
)

func configOf(log *slog.Logger) *saga.Config {
	retry := saga.RetryPolicy{MaxAttempts: 30, Initial: 20 * time.Millisecond, Max: 200 * time.Millisecond}
	return &saga.Config{
		Node: os.Getenv(envName), Logger: log, Timeout: callLimit, Retry: retry, CompensationRetry: retry,
		Measure: func(m saga.Measure) {
			if m.Kind != saga.MeasuredClaim || m.Failed {
				log.Info(saysMeasure, "kind", m.Kind, "node", m.Node, "count", m.Count, "tries", m.Tries, "rejected", m.Rejected, "failed", m.Failed)
			}
		},
		Observe: func(e saga.Event) {
			if e.Status.Ended() {
				log.Info(saysEnded, "instance", e.Instance, "status", e.Status)
			}
		},
	}
}

// starter starts sagas for the parent, if it wants so in a transaction of the service's own. 200 says
// that one is durable; 503 that it may be or not.
func starter(engine *saga.Engine, own *pgxpool.Pool, defs map[string]saga.Definition[parcel]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), startLimit)
		defer cancel()
		id := r.FormValue("id")
		number, err := strconv.Atoi(r.FormValue("number"))
		switch d, p := defs[planOf(id)], (parcel{Number: number}); {
		case err != nil:
		case r.FormValue("own") != "":
			err = inTransaction(ctx, own, func(tx pgx.Tx) error {
				_, err := d.Start(ctx, postgres.Bind(tx), id, p)
				return err
			})
		default:
			_, err = d.Start(ctx, engine, id, p)
		}
		switch {
		case err == nil:
		case errors.Is(err, saga.Unknown), errors.Is(err, saga.NotDone):
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		default:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}

// inTransaction marks what is an error of the database as unknown.
func inTransaction(ctx context.Context, own *pgxpool.Pool, do func(tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, own, do)
	if err == nil || errors.Is(err, saga.NotDone) || errors.Is(err, saga.ErrConflict) || errors.Is(err, saga.ErrInvalid) {
		return err
	}
	return fmt.Errorf("%w: %w", saga.Unknown, err)
}

// caller is how a node reaches the participants.
type caller struct {
	life, desk string
	http       *http.Client
}

func (c caller) ask(kind saga.CallKind, at place) saga.Func[parcel] {
	return func(ctx context.Context, p *parcel, a saga.Attempt) error {
		form := url.Values{"life": {c.life}, "key": {a.Key.Action().String()}, "manner": {string(at.manner)}}
		// A POST is not repeated by net/http once anything was sent.
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.desk+"/"+string(kind)+"?"+form.Encode(), nil)
		if err != nil {
			return err
		}
		response, err := c.http.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 1<<10)); err != nil {
			return err
		}
		switch response.StatusCode {
		case http.StatusOK:
			p.note(kind, at.step)
			return nil
		case http.StatusConflict:
			return fmt.Errorf("%w by the participant", saga.Refused)
		case http.StatusServiceUnavailable:
			return fmt.Errorf("%w: the participant is busy", saga.NotDone)
		}
		return fmt.Errorf("the participant answered %s", response.Status)
	}
}
