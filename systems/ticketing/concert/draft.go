package concert

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of what admins send. Texts are counted in characters.
const (
	DefaultSeats   = 50
	MaxSeats       = 500 // of a date
	MaxSchedules   = 100 // of a concert
	MaxPrice       = 100_000_000
	MaxTitle       = 200
	MaxDescription = 2000
	MaxReason      = 500
)

// Draft is a concert that is to be.
type Draft struct {
	Title       string          `json:"title"`
	Description string          `json:"description,omitempty"`
	Schedules   []ScheduleDraft `json:"schedules,omitempty"` // none: it is announced, and unavailable
}

// ScheduleDraft is a date that is to be. Its seats cost either the same each, or what Prices says.
type ScheduleDraft struct {
	ConcertAt              time.Time `json:"concertAt"`
	ReservationAvailableAt time.Time `json:"reservationAvailableAt,omitzero"` // default: at once
	Seats                  int       `json:"seats,omitempty"`                 // default: one for each of Prices, or DefaultSeats
	Price                  int64     `json:"price,omitempty"`                 // of each seat, in won
	Prices                 []int64   `json:"prices,omitempty"`                // of seat 1, 2, …, in won
}

func (d Draft) check(now time.Time) error {
	if err := checkText("title", d.Title, 1, MaxTitle); err != nil {
		return err
	}
	if err := checkText("description", strings.ReplaceAll(d.Description, "\n", " "), 0, MaxDescription); err != nil {
		return err
	}
	if len(d.Schedules) > MaxSchedules {
		return fmt.Errorf("%w: %d schedules; send at most %d", ErrInvalid, len(d.Schedules), MaxSchedules)
	}
	for i, s := range d.Schedules {
		if err := s.check(now); err != nil {
			return fmt.Errorf("%w (schedule %d)", err, i+1)
		}
	}
	return nil
}

func (s ScheduleDraft) check(now time.Time) error {
	count := s.count()
	switch {
	case !s.ConcertAt.After(now) || s.ConcertAt.Year() > 9999:
		return fmt.Errorf("%w: concertAt is %s; send a time to come", ErrInvalid, s.ConcertAt.Format(time.RFC3339))
	case !s.ReservationAvailableAt.Before(s.ConcertAt):
		return fmt.Errorf("%w: reserving would begin at the concert or later; send a reservationAvailableAt before concertAt", ErrInvalid)
	case count < 1 || count > MaxSeats:
		return fmt.Errorf("%w: %d seats; send 1 to %d", ErrInvalid, count, MaxSeats)
	case len(s.Prices) > 0 && (s.Price != 0 || len(s.Prices) != count):
		return fmt.Errorf("%w: send either price, or one of prices for each of the %d seats", ErrInvalid, count)
	}
	for _, price := range s.prices() {
		if price < 1 || price > MaxPrice {
			return fmt.Errorf("%w: a price of %d; send 1 to %d won", ErrInvalid, price, MaxPrice)
		}
	}
	return nil
}

// count is how many seats there will be.
func (s ScheduleDraft) count() int {
	switch {
	case s.Seats != 0:
		return s.Seats
	case len(s.Prices) > 0:
		return len(s.Prices)
	}
	return DefaultSeats
}

// prices are those of the seats, of as many as there may be.
func (s ScheduleDraft) prices() []int64 {
	if len(s.Prices) > 0 {
		return s.Prices
	}
	all := make([]int64, s.count())
	for i := range all {
		all[i] = s.Price
	}
	return all
}

// checkText reports a text that is too short or too long, or that a page could not show on a line.
func checkText(name, text string, least, most int) error {
	n := utf8.RuneCountInString(text)
	if n < least || n > most || strings.ContainsFunc(text, unicode.IsControl) || least > 0 && strings.TrimSpace(text) == "" {
		return fmt.Errorf("%w: %s has %d characters; send %d to %d, without control characters", ErrInvalid, name, n, least, most)
	}
	return nil
}
