package platform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// service is what all services have in common.
type service interface {
	Run(ctx context.Context) error
	Handlers() map[string]message.Handler
	Outbox() *sqlite.Queue
	Ping(ctx context.Context) error
	Close() error
}

// named is a service by its name.
type named struct {
	name string
	service
	door http.Handler
}

// Platform is the ticketing system. Get one from [Open]. The services are there for those who watch or
// administer them; as a http.Handler it is safe for concurrent use.
type Platform struct {
	Users        *user.UserService
	Concerts     *concert.ConcertService
	Reservations *reservation.ReservationService
	Queue        *queue.QueueService
	Payments     *payment.PaymentService
	Orchestrator *orchestrator.PaymentSagaOrchestrator

	config Config
	bus    *message.Bus
	guard  *access.Guard
	all    []named
	mux    http.ServeMux
}

// Open opens all services. Call Run for them to work, and Close when it has returned.
func Open(ctx context.Context, config Config) (*Platform, error) {
	if config.Folder == "" {
		return nil, errors.New("platform: Config.Folder is empty; name the folder for the files")
	}
	config.Logger = cmp.Or(config.Logger, slog.Default())
	p := &Platform{config: config, bus: message.NewBus(), guard: &access.Guard{}}
	if config.Admin.Name != "" {
		p.guard.Admins = []string{config.Admin.Name}
	}
	if err := p.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("platform: %w", err), p.Close())
	}
	for _, s := range p.all {
		p.subscribe(s)
	}
	p.openDoors()
	return p, nil
}

func (p *Platform) file(name string) string { return filepath.Join(p.config.Folder, name) }

func (p *Platform) open(ctx context.Context) error {
	key, err := session.LoadKey(p.file("session.key"))
	if err != nil {
		return err
	}
	for _, open := range []func(context.Context) error{
		func(ctx context.Context) error { return p.openUsers(ctx, key) },
		p.openConcerts, p.openQueue, p.openReservations, p.openPayments, p.openOrchestrator,
	} {
		if err := open(ctx); err != nil {
			return err
		}
	}
	return nil
}

// subscribe lets a service hear what it takes, past whatever is in the way.
func (p *Platform) subscribe(s named) {
	for typ, handle := range s.Handlers() {
		var way message.Publisher = taking(handle)
		if p.config.Around != nil {
			way = p.config.Around(typ+">"+s.name, way)
		}
		p.bus.Subscribe(typ, way.Publish)
	}
}

// taking is a service as the end of a way.
type taking message.Handler

// Publish hands a message to the service.
func (t taking) Publish(ctx context.Context, m message.Message) error { return t(ctx, m) }

// Run runs all services until ctx ends, and returns when they have. One that fails takes the others along.
func (p *Platform) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(p.all))
	for _, s := range p.all {
		go func() {
			defer stop()
			if err := s.Run(ctx); err != nil {
				ended <- fmt.Errorf("platform: the %s service: %w", s.name, err)
				return
			}
			ended <- nil
		}()
	}
	var errs []error
	for range p.all {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

// Outboxes are the outboxes of the services by name: what has not arrived yet.
func (p *Platform) Outboxes() map[string]*sqlite.Queue {
	all := map[string]*sqlite.Queue{}
	for _, s := range p.all {
		all[s.name] = s.Outbox()
	}
	return all
}

// Close closes all services. Call it when Run has returned.
func (p *Platform) Close() error {
	var errs []error
	for _, s := range p.all {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
