package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// Trip is the state of the saga.
type Trip struct {
	Seats int `json:"seats"`
	Fare  int `json:"fare"` // known once the seats are taken
}

// Seats is what the airline is asked for, and Ticket what it answers.
type Seats struct {
	Seats int `json:"seats"`
}

// Ticket is the airline's reply.
type Ticket struct {
	Fare int `json:"fare"`
}

// book and cancel are the airline's own work, in its own transaction; the ledger row that makes
// repeats harmless is written in the same one.
func book(ctx context.Context, tx *sql.Tx, _ string, asked Seats) (Ticket, error) {
	done, err := tx.ExecContext(ctx, `update flight set free = free - ?1 where free >= ?1`, asked.Seats)
	if err != nil {
		return Ticket{}, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return Ticket{}, errors.Join(err, &participant.Refusal{Code: "full", Detail: "Ask for fewer seats."})
	}
	return Ticket{Fare: 90 * asked.Seats}, nil
}

func cancel(ctx context.Context, tx *sql.Tx, _ string, asked Seats, _ Ticket) error {
	_, err := tx.ExecContext(ctx, `update flight set free = free + ?`, asked.Seats)
	return err
}

// Two services and a saga between them: the airline keeps its seats in a database of its own and
// serves one operation; the travel agency runs a saga that asks it over HTTP.
func Example_saga() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	folder, err := os.MkdirTemp("", "trips")
	check(err)
	defer os.RemoveAll(folder)

	// The airline.
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(folder, "airline.db"))
	check(err)
	defer db.Close()
	check(db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `create table flight (free integer); insert into flight values (10)`)
		return err
	}))
	desk := participant.NewServer(nil) // for callers on this machine
	desk.Handle("seats", sqlite.Operation(db, "seats", book, cancel))
	airline := httptest.NewServer(desk)
	defer airline.Close()

	// The travel agency.
	seats := participant.Remote{Sender: participant.HTTP{URL: airline.URL}, Path: "/seats"}
	trip := saga.Definition[Trip]{Name: "trip", Version: 1, Steps: []saga.Step[Trip]{
		{
			Name: "seats",
			Action: func(ctx context.Context, t *Trip, a saga.Attempt) error {
				entry, err := seats.Do(ctx, a.Key.String(), Seats{t.Seats})
				return t.took(entry, err)
			},
			Probe: func(ctx context.Context, t *Trip, a saga.Attempt) error {
				entry, err := seats.Probe(ctx, a.Key.String())
				return t.took(entry, err)
			},
			Fence: func(ctx context.Context, t *Trip, a saga.Attempt) error {
				entry, err := seats.Fence(ctx, a.Key.String())
				return t.took(entry, err)
			},
			Compensation: func(ctx context.Context, _ *Trip, a saga.Attempt) error {
				_, err := seats.Undo(ctx, a.Key.String())
				return err
			},
			Replayable: true, // the airline's ledger keeps its replies
		},
		{Name: "pay", Kind: saga.Pivot, Replayable: true, Action: func(_ context.Context, t *Trip, _ saga.Attempt) error {
			if t.Fare > 300 {
				return fmt.Errorf("%w: the card has no more than 300", saga.Refused)
			}
			return nil
		}},
	}}
	store, err := sqlite.Open(ctx, filepath.Join(folder, "agency.db"))
	check(err)
	defer store.Close()
	engine, err := saga.New(store, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, trip)
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()

	for id, wanted := range []int{2, 5, 50} { // paid; not paid, so given back; more than there are
		id := fmt.Sprint("trip-", id+1)
		_, err := trip.Start(ctx, engine, id, Trip{Seats: wanted})
		check(err)
		state, err := trip.Wait(ctx, engine, id)
		end := saga.Completed
		if status, ok := errors.AsType[*saga.StatusError](err); ok {
			end = status.Instance.Status
		}
		var free int
		check(db.Read.QueryRowContext(ctx, `select free from flight`).Scan(&free))
		fmt.Printf("%s: %s, fare %d, %d seats free\n", id, end, state.Fare, free)
	}
	stop()
	check(<-ended)
	// Output:
	// trip-1: completed, fare 180, 8 seats free
	// trip-2: compensated, fare 450, 8 seats free
	// trip-3: failed, fare 0, 8 seats free
}

// took reads the airline's reply if there is one.
func (t *Trip) took(e participant.Entry, err error) error {
	if err != nil {
		return err
	}
	var ticket Ticket
	if err := json.Unmarshal(e.Reply, &ticket); err != nil {
		return err
	}
	t.Fare = ticket.Fare
	return nil
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
