package reservation

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// DefaultHold is how long a seat is held for its buyer to pay.
const DefaultHold = 5 * time.Minute

// ReservationManager has the rules of reservations. Its methods work in a transaction of the caller's,
// which must be one that may write from its beginning (BEGIN IMMEDIATE), on tables that [Migrate] has made.
// They send nothing and commit nothing; after an error the caller rolls back. A rule says no by a
// [*participant.Refusal]. The zero value is ready for use; it is safe for concurrent use.
type ReservationManager struct {
	// HoldFor is how long a seat is held, in whole milliseconds. Default: DefaultHold.
	HoldFor time.Duration
}

// Hold reserves seats, all of them or none, and returns the reservations by seat as they were asked for.
// It refuses with the codes seat-count, duplicate-seat, no-token, not-found, not-open, played,
// not-on-sale, taken, and too-many-held if the buyer would have more than MaxClaim seats to pay for.
// It does not look at Key, which [ReservationManager.Repeated] does.
func (m ReservationManager) Hold(ctx context.Context, tx *sql.Tx, q Request, now time.Time) ([]Reservation, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	if err := open(ctx, tx, q, now); err != nil {
		return nil, err
	}
	if err := onSale(ctx, tx, q.ConcertID); err != nil {
		return nil, err
	}
	if err := few(ctx, tx, q); err != nil {
		return nil, err
	}
	now = instant(now.UnixMilli())
	held := make([]Reservation, 0, len(q.Seats))
	for _, seat := range q.Seats {
		price, err := free(ctx, tx, q.ScheduleID, seat)
		if err != nil {
			return nil, err
		}
		held = append(held, Reservation{
			UserID: q.UserID, ConcertID: q.ConcertID, ScheduleID: q.ScheduleID, Seat: seat, Price: price, Status: Pending,
			ExpiresAt: now.Add(cmp.Or(m.HoldFor, DefaultHold)), Token: q.Token, CreatedAt: now, UpdatedAt: now,
		})
	}
	for i := range held {
		if err := take(ctx, tx, &held[i], q.Key); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// Repeated returns what an earlier request of the buyer's under the same Key was given, as it now
// stands; nothing if there was none, or if Key is empty. It refuses with key-reused if that request was
// about other seats. It reads only.
func (m ReservationManager) Repeated(ctx context.Context, tx *sql.Tx, q Request) ([]Reservation, error) {
	return repeated(ctx, tx, q)
}

func repeated(ctx context.Context, reads querier, q Request) ([]Reservation, error) {
	if q.Key == "" {
		return nil, nil
	}
	held, err := list(ctx, reads, requestSQL, q.UserID, q.Key, MaxSeats)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	same := len(held) == len(q.Seats)
	for i, r := range held {
		same = same && r.ScheduleID == q.ScheduleID && r.ConcertID == q.ConcertID && r.Seat == q.Seats[i]
	}
	if !same {
		return nil, refuse(KeyReused, "The Idempotency-Key belongs to the seats that it was first used for. Send a new key for other seats.")
	}
	return held, nil
}

// check refuses what no date could fulfil.
func (q Request) check() error {
	if len(q.Seats) < 1 || len(q.Seats) > MaxSeats {
		return refuse(SeatCount, "%d seats were asked for. Ask for 1 to %d.", len(q.Seats), MaxSeats)
	}
	sorted := slices.Sorted(slices.Values(q.Seats))
	for i := range sorted[1:] {
		if sorted[i] == sorted[i+1] {
			return refuse(DuplicateSeat, "Seat %d was asked for twice. Name each seat once.", sorted[i])
		}
	}
	return checkToken(q.Token)
}

// few refuses to let one buyer hold more than can be paid at once: what is held, nobody else can buy.
func few(ctx context.Context, tx *sql.Tx, q Request) error {
	var unpaid int
	err := tx.QueryRowContext(ctx, `select count(*) from reservation where user = ? and status = ?`, q.UserID, Pending).Scan(&unpaid)
	if err != nil {
		return fmt.Errorf("reservation: count what %s holds: %w", q.UserID, err)
	}
	if unpaid+len(q.Seats) > MaxClaim {
		return refuse(TooMany, "You hold %d seats that are not paid, and may hold %d. Pay for them or give some up with DELETE /reservations/{id}.", unpaid, MaxClaim)
	}
	return nil
}

func checkToken(token string) error {
	if !visible(token, maxToken) {
		return refuse(NoToken, "A token of the queue is needed. Get one with POST /queue/tokens, and send it as QUEUE-TOKEN.")
	}
	return nil
}

// visible reports whether s has 1 to limit bytes, all of them ASCII letters, digits or marks.
func visible(s string, limit int) bool {
	return s != "" && len(s) <= limit && !slices.ContainsFunc([]byte(s), func(b byte) bool { return b <= ' ' || b > '~' })
}

// free returns the price of a seat that nobody holds. It refuses if there is no such seat, or if
// somebody does.
func free(ctx context.Context, tx *sql.Tx, schedule int64, seat int) (price int64, err error) {
	var holder sql.NullInt64
	err = tx.QueryRowContext(ctx, `select price, holder from reservation_seat where schedule = ? and number = ?`, schedule, seat).
		Scan(&price, &holder)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, refuse(NotFound, "Schedule %d has no seat %d. Take one from its list of seats.", schedule, seat)
	case err != nil:
		return 0, fmt.Errorf("reservation: read seat %d of schedule %d: %w", seat, schedule, err)
	case holder.Valid:
		return 0, refuse(Taken, "Seat %d is taken. Nothing was reserved; choose other seats.", seat)
	}
	return price, nil
}

// take writes a reservation and makes it the holder of its seat.
func take(ctx context.Context, tx *sql.Tx, r *Reservation, key string) error {
	if err := insert(ctx, tx, r, key); err != nil {
		return err
	}
	if taken, err := turn(ctx, tx, takeSQL, r); err != nil || !taken {
		return errors.Join(err, fmt.Errorf("reservation: seat %d of schedule %d was not free any more", r.Seat, r.ScheduleID))
	}
	return nil
}
