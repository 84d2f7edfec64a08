package saga_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

type Trip struct{ Customer, Flight, Hotel, Car, Ticket string }

// booking makes a step of any reservation desk: steps are values, so a plain function makes them.
func booking(name string, at *desk, ref func(*Trip) *string) saga.Step[Trip] {
	return saga.Step[Trip]{
		Name:         name,
		Action:       func(_ context.Context, t *Trip, a saga.Attempt) error { return at.book(a.Key, t.Customer, ref(t)) },
		Compensation: func(_ context.Context, t *Trip, _ saga.Attempt) error { return at.cancel(*ref(t)) },
		Probe:        func(_ context.Context, t *Trip, a saga.Attempt) error { return at.find(a.Key, ref(t)) },
	}
}

// A four-step saga whose first answer is lost and whose last step is refused: the lost answer is
// asked for, and what took effect is undone in reverse. The saga and its use are 30 lines; the
// desks below stand for services of others.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	store, err := sqlite.Open(ctx, newFile())
	check(err)
	trip := saga.Definition[Trip]{Name: "trip", Version: 1, Steps: []saga.Step[Trip]{
		booking("flight", &desk{losesAnswer: true}, func(t *Trip) *string { return &t.Flight }),
		booking("hotel", &desk{}, func(t *Trip) *string { return &t.Hotel }),
		booking("car", &desk{}, func(t *Trip) *string { return &t.Car }),
		booking("ticket", &desk{soldOut: true}, func(t *Trip) *string { return &t.Ticket }),
	}}
	engine, err := saga.New(store, nil, trip)
	check(err)
	ended := make(chan error)
	go func() { ended <- engine.Run(ctx) }()
	_, err = trip.Start(ctx, engine, "trip-42", Trip{Customer: "kim"})
	check(err)
	_, err = trip.Wait(ctx, engine, "trip-42")
	fmt.Println(err)
	stop()
	check(errors.Join(<-ended, store.Close()))

	// Output:
	// find trip-42/flight
	// cancel car of kim
	// cancel hotel of kim
	// cancel flight of kim
	// saga trip trip-42: compensated: refused: sold out
}

// desk is a participant: it books once per key and can be asked about a key.
type desk struct {
	losesAnswer, soldOut bool
	booked               map[string]string
}

func (d *desk) book(k saga.Key, customer string, ref *string) error {
	if d.soldOut {
		return fmt.Errorf("%w: sold out", saga.Refused)
	}
	d.booked = map[string]string{k.String(): k.Step + " of " + customer}
	if d.losesAnswer {
		return errors.New("connection reset")
	}
	*ref = d.booked[k.String()]
	return nil
}

func (d *desk) find(k saga.Key, ref *string) error {
	fmt.Println("find", k)
	booked, ok := d.booked[k.String()]
	if !ok {
		return saga.NotDone
	}
	*ref = booked
	return nil
}

func (d *desk) cancel(ref string) error {
	fmt.Println("cancel", ref)
	return nil
}

// newFile names a database file in a folder of its own.
func newFile() string {
	dir, err := os.MkdirTemp("", "trips")
	check(err)
	return filepath.Join(dir, "trips.db")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
