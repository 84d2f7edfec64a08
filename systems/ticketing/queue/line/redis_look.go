package line

import (
	"context"
	"fmt"
	"time"
)

// seen is what Redis says of a token.
type seen struct {
	token
	pending  bool // let in, and not yet in the book
	position int64
}

func readSeen(name string, reply []string) (*seen, error) {
	if reply[0] != "OK" {
		return nil, nil // it is not there
	}
	if len(reply) != 8 {
		return nil, fmt.Errorf("line: Redis answered with %d values about a token; use a prefix of this book's own", len(reply))
	}
	numbers, err := integers(reply[2:], 5)
	if err != nil {
		return nil, err
	}
	s := &seen{position: numbers[4]}
	s.token = token{
		token: name, status: Status(reply[1]), concert: numbers[0], seq: numbers[1],
		waitingUntil: numbers[2], activeUntil: numbers[3], user: reply[7],
	}
	if s.pending = reply[1] == "PENDING"; s.pending {
		s.status = Waiting
	}
	return s, nil
}

// Look implements [Line]. What Redis does not know, or takes for ended, is looked up in the book: a crash
// between the two may have left Redis behind.
func (r *Redis) Look(ctx context.Context, name string, now time.Time) (Place, error) {
	for range tries {
		reply, err := r.ask(ctx, now, r.scripts.look, name)
		if err != nil {
			return Place{}, err
		}
		s, err := readSeen(name, reply)
		if err != nil {
			return Place{}, err
		}
		var t *token
		switch {
		case s != nil && s.pending, s != nil && s.at(now) == Active, s != nil && s.at(now) == Waiting && !r.config.Book.due(s.waitingUntil, now):
			p := s.place(now)
			if p.Position = s.position; s.pending {
				p.Status = Waiting
			}
			return p, nil
		case s != nil && s.at(now) == Waiting:
			t, err = r.renewals.renew(ctx, name, r.config.Book.waitingUntil(now))
		default:
			t, err = known(ctx, r.config.Read, name)
		}
		if err != nil {
			return Place{}, err
		}
		if status := t.at(now); status != Waiting && status != Active {
			return t.place(now), nil
		}
		if err := r.put(ctx, now, t); err != nil {
			return Place{}, err
		}
	}
	return Place{}, fmt.Errorf("%w: Redis and the book do not agree about the token", ErrUnavailable)
}
