package platform

import (
	"context"
	"net/http"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

func (p *Platform) add(name string, s service, door http.Handler) {
	p.all = append(p.all, named{name, s, door})
}

func (p *Platform) openUsers(ctx context.Context, key []byte) (err error) {
	c := p.config
	p.Users, err = user.New(ctx, user.Config{
		Path: p.file("user.db"), Guard: p.guard, Publisher: p.bus, Relay: c.relay(), Logger: c.Logger, Now: c.Now,
		Admin: c.Admin, Insecure: !c.Secure, Iterations: c.Iterations, SessionKey: key,
	})
	if err != nil {
		return err
	}
	p.guard.User = p.Users.Buyer
	p.add("user", p.Users, user.NewController(p.Users))
	return nil
}

func (p *Platform) openConcerts(ctx context.Context) (err error) {
	c := p.config
	p.Concerts, err = concert.New(ctx, concert.Config{
		Path: p.file("concert.db"), Guard: p.guard, Publisher: p.bus, Relay: c.relay(), Logger: c.Logger, Now: c.Now, Seed: c.Seed,
	})
	if err != nil {
		return err
	}
	p.add("concert", p.Concerts, concert.NewController(p.Concerts))
	return nil
}

func (p *Platform) openQueue(ctx context.Context) (err error) {
	c := p.config
	p.Queue, err = queue.New(ctx, queue.Config{
		Path: p.file("queue.db"), Redis: c.Redis, Guard: p.guard, Publisher: p.bus, Relay: c.relay(), Logger: c.Logger, Now: c.Now,
		Rule: c.Rule, AdmitEvery: c.AdmitEvery,
	})
	if err != nil {
		return err
	}
	p.add("queue", p.Queue, queue.NewController(p.Queue))
	return nil
}

func (p *Platform) openReservations(ctx context.Context) (err error) {
	c := p.config
	p.Reservations, err = reservation.New(ctx, reservation.Config{
		Path: p.file("reservation.db"), Guard: p.guard, Publisher: p.bus, Relay: c.relay(), Logger: c.Logger, Now: c.Now,
		Gate: gate{p.Queue, c.Asking}, HoldFor: c.HoldFor, SweepEvery: c.SweepEvery,
	})
	if err != nil {
		return err
	}
	p.add("reservation", p.Reservations, reservation.NewController(p.Reservations))
	return nil
}

func (p *Platform) openPayments(ctx context.Context) (err error) {
	c := p.config
	p.Payments, err = payment.New(ctx, payment.Config{
		Path: p.file("payment.db"), Guard: p.guard, Publisher: p.bus, Relay: c.relay(), Logger: c.Logger, Now: c.Now,
	})
	if err != nil {
		return err
	}
	p.add("payment", p.Payments, payment.NewController(p.Payments))
	return nil
}

func (p *Platform) openOrchestrator(ctx context.Context) (err error) {
	c := p.config
	p.Orchestrator, err = orchestrator.New(ctx, orchestrator.Config{
		Path: p.file("orchestrator.db"), Guard: p.guard, Publisher: p.bus, Relay: c.relay(), Logger: c.Logger, Now: c.Now,
		Gate: gate{p.Queue, c.Asking}, Budget: c.Budget, Expect: c.Expect, Engine: c.Engine, Wait: c.Wait,
	})
	if err != nil {
		return err
	}
	p.add("orchestrator", p.Orchestrator, orchestrator.NewController(p.Orchestrator))
	return nil
}
