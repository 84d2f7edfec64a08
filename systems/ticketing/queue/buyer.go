package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// What a buyer may be told. Nothing was changed.
var (
	ErrNoConcert = errors.New("queue: there is no such concert; take an id from GET /concerts")
	ErrSoldOut   = errors.New("queue: the concert is sold out or closed; choose another one")
)

// View is a token as its buyer sees it.
type View struct {
	Token     string `json:"token"`
	ConcertID int64  `json:"concertId"` // 0: the line is for all concerts
	Status    string `json:"status"`    // "WAITING", "ACTIVE" or "COMPLETED"
	Position  int64  `json:"position"`  // 1 is the head of the line; 0 of who does not wait
	// EstimatedWaitSeconds is how long it takes until the buyer is let in, as things are now. Null: unknown.
	EstimatedWaitSeconds *int64     `json:"estimatedWaitSeconds"`
	ActiveUntil          *time.Time `json:"activeUntil"`      // null: not let in yet
	PollAfterSeconds     int64      `json:"pollAfterSeconds"` // when it is worth asking again
}

// Pass says whose a token is, for the other services.
type Pass struct {
	UserID    string `json:"userId"`
	ConcertID int64  `json:"concertId"` // 0: the token is for all concerts
	Status    string `json:"status"`    // only "ACTIVE" may reserve and pay
}

// Enter puts a buyer into the line of a concert. A buyer who is there already gets the same token again, and
// entered is false. The error matches [ErrNoConcert], [ErrSoldOut] or [line.ErrUnavailable].
func (s *QueueService) Enter(ctx context.Context, user string, concert int64) (v View, entered bool, err error) {
	switch status, err := concertStatus(ctx, s.db.Read, concert); {
	case err != nil:
		return View{}, false, err
	case status == "":
		return View{}, false, ErrNoConcert
	case status == unavailable:
		return View{}, false, ErrSoldOut
	}
	token := rand.Text()
	p, err := s.line.Enter(ctx, token, user, s.manager.lineOf(concert), s.config.Now())
	if err != nil {
		return View{}, false, fmt.Errorf("queue: enter: %w", err)
	}
	v, err = s.view(ctx, p)
	return v, p.Token == token, err
}

// Look says where a token stands, and keeps one that waits alive. The error matches [line.ErrUnknown],
// [line.ErrUnavailable], or [ErrSoldOut] if it waits for a concert that is sold out or closed.
func (s *QueueService) Look(ctx context.Context, token string) (View, error) {
	p, err := s.line.Look(ctx, token, s.config.Now())
	if err != nil {
		return View{}, fmt.Errorf("queue: look: %w", err)
	}
	if p.Status == line.Waiting {
		if status, err := concertStatus(ctx, s.db.Read, p.Concert); err != nil || status == unavailable {
			return View{}, errors.Join(err, ErrSoldOut)
		}
	}
	return s.view(ctx, p)
}

// Pass says whose a token is. The error matches [line.ErrUnknown] or [line.ErrUnavailable].
func (s *QueueService) Pass(ctx context.Context, token string) (Pass, error) {
	p, err := s.line.Look(ctx, token, s.config.Now())
	if err != nil {
		return Pass{}, fmt.Errorf("queue: pass: %w", err)
	}
	return Pass{UserID: p.User, ConcertID: p.Concert, Status: string(p.Status)}, nil
}

// Leave takes a buyer's token out of the line. A payment that is under way with it goes on. The error matches
// [line.ErrUnknown] or [line.ErrUnavailable].
func (s *QueueService) Leave(ctx context.Context, token string) error {
	if _, err := s.line.End(ctx, token, line.Expired, s.config.Now()); err != nil {
		return fmt.Errorf("queue: leave: %w", err)
	}
	s.admitSoon()
	return nil
}

func (s *QueueService) view(ctx context.Context, p Place) (View, error) {
	v := View{Token: p.Token, ConcertID: p.Concert, Status: string(p.Status), Position: p.Position, PollAfterSeconds: 10}
	if !p.ActiveUntil.IsZero() {
		v.ActiveUntil = &p.ActiveUntil
	}
	if p.Status != line.Waiting {
		return v, nil
	}
	rule, err := readRule(ctx, s.db.Read, p.Concert, s.config.Rule)
	if err != nil {
		return View{}, err
	}
	counts, err := s.line.Count(ctx, p.Concert, s.config.Now())
	if err != nil {
		return View{}, fmt.Errorf("queue: count: %w", err)
	}
	wait, known := estimate(p.Position, counts, rule, s.manager.Book.Active())
	if v.PollAfterSeconds = pollAfter(wait, known); known {
		seconds := int64(wait / time.Second)
		v.EstimatedWaitSeconds = &seconds
	}
	return v, nil
}
