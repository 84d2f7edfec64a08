package flaw

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// users opens the user service, where mina has charged 1,000 won.
func (s *stage) users(ctx context.Context) (real, error) {
	u, err := user.New(ctx, user.Config{
		Path: s.file("user"), Publisher: nobody{}, SessionKey: make([]byte, 32), Iterations: 1, Logger: quiet(), Now: s.clock,
	})
	r, err := s.look(ctx, "user", u, err)
	if err != nil {
		return real{}, err
	}
	hash, err := user.HashPassword("correct horse", 1)
	if err != nil {
		return real{}, err
	}
	m := user.UserManager{Now: s.clock}
	return r, r.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := m.Register(ctx, tx, user.Account{Name: "mina", PasswordHash: hash}); err != nil {
			return err
		}
		_, err := m.Charge(ctx, tx, "mina", 1000, "c-1")
		return err
	})
}

// balance is what mina has by the user service.
func (r real) balance(ctx context.Context) (string, error) {
	won, err := r.number(ctx, `select amount from balance where user = 'mina'`)
	return fmt.Sprintf("balance %d", won), err
}

func (s *stage) payments(ctx context.Context) (real, error) {
	p, err := payment.New(ctx, payment.Config{Path: s.file("payment"), Publisher: nobody{}, Logger: quiet(), Now: s.clock})
	return s.look(ctx, "payment", p, err)
}

// gate lets in everybody whose token is their name.
type gate struct{}

// Check implements [reservation.Gate].
func (gate) Check(_ context.Context, token string) (access.Pass, error) {
	return access.Pass{UserID: token, Active: true}, nil
}

// realSeats is the reservation service.
type realSeats struct {
	real
	service *reservation.ReservationService
}

// reservations opens the reservation service with a date of five seats of 100 won.
func (s *stage) reservations(ctx context.Context) (realSeats, error) {
	service, err := reservation.New(ctx, reservation.Config{
		Path: s.file("reservation"), Gate: gate{}, Publisher: nobody{}, Logger: quiet(), Now: s.clock,
	})
	r, err := s.look(ctx, "reservation", service, err)
	if err != nil {
		return realSeats{}, err
	}
	_, err = r.hears(ctx, "ScheduleOpened", "schedule/1", event.ScheduleOpened{
		ConcertID: 1, ScheduleID: 1, AvailableAt: eight().UnixMilli(), ConcertAt: eight().AddDate(0, 1, 0).UnixMilli(),
		Prices: []int64{100, 100, 100, 100, 100},
	})
	return realSeats{r, service}, err
}

// hold reserves seats for a buyer.
func (r realSeats) hold(ctx context.Context, buyer string, seats ...int) ([]reservation.Reservation, error) {
	return r.service.Hold(ctx, reservation.Request{UserID: buyer, Token: buyer, ConcertID: 1, ScheduleID: 1, Seats: seats})
}

// claim keeps a reservation for a saga, and returns the service's answer.
func (r realSeats) claim(ctx context.Context, sagaID, buyer string, id int64) (string, error) {
	return r.hears(ctx, "ClaimReservations", sagaID, event.ClaimReservations{
		SagaID: sagaID, UserID: buyer, Token: buyer, ReservationIDs: []int64{id},
	})
}

// pays completes a reservation that is claimed, and returns the service's answer.
func (r realSeats) pays(ctx context.Context, sagaID, buyer string, held reservation.Reservation) (string, error) {
	paid := sale(sagaID, held.Line())
	paid.UserID, paid.Token = buyer, buyer
	return r.hears(ctx, "PaymentCompleted", sagaID, event.PaymentCompleted{Sale: paid, PaymentID: payment.ID(sagaID)})
}

// concerts opens the concert service with a concert of one date with two seats.
func (s *stage) concerts(ctx context.Context) (real, *concert.ConcertService, error) {
	service, err := concert.New(ctx, concert.Config{Path: s.file("concert"), Publisher: nobody{}, Logger: quiet(), Now: s.clock})
	r, err := s.look(ctx, "concert", service, err)
	if err != nil {
		return real{}, nil, err
	}
	_, err = service.Create(ctx, "admin", "k-1", springConcert())
	return r, service, err
}

func springConcert() concert.Draft {
	return concert.Draft{Title: "Spring", Schedules: []concert.ScheduleDraft{{ConcertAt: eight().AddDate(0, 1, 0), Seats: 2, Price: 100}}}
}

// queue opens the queue service with room for one, and concert 1.
func (s *stage) queue(ctx context.Context) (real, *queue.QueueService, error) {
	service, err := queue.New(ctx, queue.Config{
		Path: s.file("queue"), Publisher: nobody{}, Logger: quiet(), Now: s.clock, Rule: queue.Rule{Limit: 1},
	})
	r, err := s.look(ctx, "queue", service, err)
	if err != nil {
		return real{}, nil, err
	}
	_, err = r.hears(ctx, "ConcertStatusUpdated", "concert/1", event.ConcertStatusUpdated{ConcertID: 1, After: "AVAILABLE", Version: 1})
	return r, service, err
}
