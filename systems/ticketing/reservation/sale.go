package reservation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// The ways in which a concert stands, in the concert service's words.
const (
	available   = "AVAILABLE"
	unavailable = "UNAVAILABLE"
)

// Stand notes how a concert stands. Of two words about one concert, that with the greater version counts, in
// whatever order they come. The error matches [participant.ErrInvalid] if this is no word about a concert.
func (m ReservationManager) Stand(ctx context.Context, tx *sql.Tx, c event.ConcertStatusUpdated) error {
	if c.ConcertID < 1 || c.After != available && c.After != unavailable {
		return fmt.Errorf("%w: concert %d is %.40q; say %s or %s of one with an id from 1",
			participant.ErrInvalid, c.ConcertID, c.After, available, unavailable)
	}
	_, err := tx.ExecContext(ctx, `
		insert into reservation_concert (concert, status, version) values (?, ?, ?)
		on conflict (concert) do update set status = excluded.status, version = excluded.version where excluded.version > version`,
		c.ConcertID, c.After, c.Version)
	if err != nil {
		return fmt.Errorf("reservation: write how concert %d stands: %w", c.ConcertID, err)
	}
	return nil
}

// onSale refuses if a concert is not sold any more. While a seat of it is not sold, that is because an
// administrator has closed it. Of what nothing was told, nothing is refused.
func onSale(ctx context.Context, tx *sql.Tx, concert int64) error {
	var status string
	err := tx.QueryRowContext(ctx, `select status from reservation_concert where concert = ?`, concert).Scan(&status)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("reservation: read how concert %d stands: %w", concert, err)
	}
	if status == unavailable {
		return refuse(NotOnSale, "Concert %d is closed or sold out. Choose another one, or come back when it is reopened.", concert)
	}
	return nil
}
