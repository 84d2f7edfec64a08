package main

import (
	"context"
	"io"
	"log/slog"
	"math"
	"os"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// service is one that can run alone.
type service struct {
	name, port string
	open       func(ctx context.Context, s setting) (program, error)
}

func services() []service {
	return []service{
		{"user", "8081", openUser},
		{"concert", "8082", openConcert},
		{"reservation", "8083", openReservation},
		{"payment", "8084", openPayment},
		{"queue", "8085", openQueue},
		{"orchestrator", "8086", openOrchestrator},
	}
}

// noBroker is where messages go as long as nothing carries them between processes: they wait.
type noBroker struct{}

// Publish says that nobody is there, so the outbox keeps the message and loses no attempt.
func (noBroker) Publish(context.Context, message.Message) error { return message.ErrUnavailable }

// setting is what a service gets that runs alone.
type setting struct {
	options
	key       []byte
	guard     *access.Guard
	publisher message.Publisher
	relay     *message.RelayConfig
}

func (s service) run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	if err := o.parse(s.name, s.port, "Runs the "+s.name+" service alone. What it tells the others waits in its outbox: there is no broker yet.", args, out); err != nil {
		return err
	}
	set, err := settingOf(o)
	if err != nil {
		return err
	}
	p, err := s.open(ctx, set)
	if err != nil {
		return err
	}
	slog.InfoContext(ctx, "no broker is wired, so no message comes in, and those that go out wait in the outbox; run `ticketing all` for services that talk",
		"service", s.name, "outbox", o.file(s.name+".db"))
	return p.serve(ctx, s.name, o.addr, out)
}

func settingOf(o options) (setting, error) {
	key, err := session.LoadKey(o.file("session.key"))
	if err != nil {
		return setting{}, err
	}
	s := setting{
		options: o, key: key, publisher: noBroker{}, relay: &message.RelayConfig{MaxAttempts: math.MaxInt},
		guard: &access.Guard{Secret: os.Getenv("TICKETING_SECRET")},
	}
	if o.admin != "" {
		s.guard.Admins = []string{o.admin}
	}
	// The user service signs on; the others know its sessions by the key.
	sessions, err := session.New(session.Config{
		Key: key, Name: "ticketing", Insecure: o.loopback(),
		Accounts: func(context.Context, string, string) bool { return false },
	})
	s.guard.User = buyers{sessions}.name
	return s, err
}

func openUser(ctx context.Context, s setting) (program, error) {
	admin, _, err := s.account()
	if err != nil {
		return program{}, err
	}
	u, err := user.New(ctx, user.Config{
		Path: s.file("user.db"), Guard: s.guard, Publisher: s.publisher, Relay: s.relay,
		Admin: admin, Insecure: s.loopback(), SessionKey: s.key,
	})
	if err != nil {
		return program{}, err
	}
	return program{user.NewController(u), u.Run, u.Close}, nil
}

func openConcert(ctx context.Context, s setting) (program, error) {
	c, err := concert.New(ctx, concert.Config{
		Path: s.file("concert.db"), Guard: s.guard, Publisher: s.publisher, Relay: s.relay, Seed: true,
	})
	if err != nil {
		return program{}, err
	}
	return program{concert.NewController(c), c.Run, c.Close}, nil
}

func openReservation(ctx context.Context, s setting) (program, error) {
	gate, err := access.NewQueueGate(s.queue, s.guard)
	if err != nil {
		return program{}, err
	}
	r, err := reservation.New(ctx, reservation.Config{
		Path: s.file("reservation.db"), Guard: s.guard, Gate: gate, Publisher: s.publisher, Relay: s.relay,
	})
	if err != nil {
		return program{}, err
	}
	return program{reservation.NewController(r), r.Run, r.Close}, nil
}

func openPayment(ctx context.Context, s setting) (program, error) {
	p, err := payment.New(ctx, payment.Config{Path: s.file("payment.db"), Guard: s.guard, Publisher: s.publisher, Relay: s.relay})
	if err != nil {
		return program{}, err
	}
	return program{payment.NewController(p), p.Run, p.Close}, nil
}

func openQueue(ctx context.Context, s setting) (program, error) {
	q, err := queue.New(ctx, queue.Config{
		Path: s.file("queue.db"), Redis: s.redis, Guard: s.guard, Publisher: s.publisher, Relay: s.relay,
	})
	if err != nil {
		return program{}, err
	}
	return program{queue.NewController(q), q.Run, q.Close}, nil
}

func openOrchestrator(ctx context.Context, s setting) (program, error) {
	gate, err := access.NewQueueGate(s.queue, s.guard)
	if err != nil {
		return program{}, err
	}
	o, err := orchestrator.New(ctx, orchestrator.Config{
		Path: s.file("orchestrator.db"), Guard: s.guard, Gate: gate, Publisher: s.publisher, Relay: s.relay,
	})
	if err != nil {
		return program{}, err
	}
	return program{orchestrator.NewController(o), o.Run, o.Close}, nil
}
