package concert

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

const (
	requestSQL       = `select concert, digest from concert_request where admin = ? and key = ?`
	insertRequestSQL = `insert into concert_request (admin, key, digest, concert) values (?, ?, ?, ?)`
	anyConcertSQL    = `select exists (select 1 from concert)`
)

// Create makes a concert, and tells of it and of its dates. The admin's key makes it safe to repeat: the
// same draft under the same key is the same concert. The error matches [ErrInvalid], or [ErrKeyReused]
// if the key belongs to another draft.
func (s *ConcertService) Create(ctx context.Context, admin, key string, d Draft) (Concert, error) {
	digest, err := digestOf(d)
	if err != nil {
		return Concert{}, err
	}
	var c Concert
	err = s.writer.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var first string
		switch err := tx.QueryRowContext(ctx, requestSQL, admin, key).Scan(&c.ID, &first); {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return fmt.Errorf("concert: what the key stands for: %w", err)
		case first != digest:
			return fmt.Errorf("%w: it made concert %d", ErrKeyReused, c.ID)
		default:
			c, err = s.manager.Concert(ctx, tx, c.ID)
			return err
		}
		if c, err = s.create(ctx, tx, d); err != nil {
			return err
		}
		_, err = update(ctx, tx, insertRequestSQL, admin, key, digest, c.ID)
		return err
	})
	return c, err
}

func (s *ConcertService) create(ctx context.Context, tx *sql.Tx, d Draft) (Concert, error) {
	c, opened, err := s.manager.Create(ctx, tx, d, s.now())
	if err != nil {
		return c, err
	}
	if err := s.tell(ctx, tx, Change{ConcertID: c.ID, After: c.Status, Version: 1}); err != nil {
		return c, err
	}
	for _, o := range opened {
		if err := s.say(ctx, tx, "ScheduleOpened", fmt.Sprintf("schedule/%d", o.ScheduleID), o); err != nil {
			return c, err
		}
	}
	return c, nil
}

func digestOf(d Draft) (string, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// CloseConcert makes a concert unavailable, whatever its seats say, until it is reopened; see
// [ConcertManager.Close]. The decision's time is now. The error matches [ErrNotFound] or [ErrInvalid].
func (s *ConcertService) CloseConcert(ctx context.Context, id int64, d Decision) (Concert, error) {
	return s.decide(ctx, id, d, s.manager.Close)
}

// ReopenConcert takes that back; see [ConcertManager.Reopen]. The error matches [ErrNotFound] or
// [ErrInvalid].
func (s *ConcertService) ReopenConcert(ctx context.Context, id int64, d Decision) (Concert, error) {
	return s.decide(ctx, id, d, s.manager.Reopen)
}

func (s *ConcertService) decide(ctx context.Context, id int64, d Decision,
	how func(context.Context, *sql.Tx, int64, Decision) (Change, error),
) (c Concert, err error) {
	d.At = s.now()
	err = s.writer.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		change, err := how(ctx, tx, id, d)
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, change); err != nil {
			return err
		}
		c, err = s.manager.Concert(ctx, tx, id)
		return err
	})
	return c, err
}

// seed makes the concerts of a demonstration, if there is none.
func (s *ConcertService) seed(ctx context.Context) error {
	return s.writer.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var filled bool
		if err := tx.QueryRowContext(ctx, anyConcertSQL).Scan(&filled); err != nil || filled {
			return err
		}
		for _, d := range SeedDrafts(s.now()) {
			if _, err := s.create(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}
