package monolith

import (
	"context"
	"errors"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// readers are services whose surfaces are borrowed for what only reads, and for accounts. They have the
// program's own file, are never run, and so send nothing.
type readers struct {
	users        *user.UserService
	payments     *payment.PaymentService
	reservations *reservation.ReservationService
}

// nobody takes no messages: there is nobody to send them to.
type nobody struct{}

// Publish refuses.
func (nobody) Publish(context.Context, message.Message) error { return message.ErrUnavailable }

// shut lets nobody reserve there: the program has its own way.
type shut struct{}

// Check refuses.
func (shut) Check(context.Context, string) (access.Pass, error) {
	return access.Pass{}, access.ErrGateAway
}

func (m *Monolith) openReaders(ctx context.Context) (err error) {
	c := m.config
	m.guard = &access.Guard{}
	if c.Admin.Name != "" {
		m.guard.Admins = []string{c.Admin.Name}
	}
	m.readers.users, err = user.New(ctx, user.Config{
		Path: c.Path, Guard: m.guard, Publisher: nobody{}, Logger: c.Logger, Now: c.Now,
		Admin: c.Admin, Insecure: !c.Secure, Iterations: c.Iterations, SessionKey: c.SessionKey,
	})
	if err != nil {
		return err
	}
	m.guard.User = m.readers.users.Buyer
	m.readers.payments, err = payment.New(ctx, payment.Config{
		Path: c.Path, Guard: m.guard, Publisher: nobody{}, Logger: c.Logger, Now: c.Now,
	})
	if err != nil {
		return err
	}
	m.readers.reservations, err = reservation.New(ctx, reservation.Config{
		Path: c.Path, Guard: m.guard, Publisher: nobody{}, Logger: c.Logger, Now: c.Now, Gate: shut{},
	})
	return err
}

func (r readers) close() error {
	var errs []error
	if r.users != nil {
		errs = append(errs, r.users.Close())
	}
	if r.payments != nil {
		errs = append(errs, r.payments.Close())
	}
	if r.reservations != nil {
		errs = append(errs, r.reservations.Close())
	}
	return errors.Join(errs...)
}
