package concert

import (
	"context"
	"database/sql"
)

// source is the database as the caches read it.
type source struct{ db *sql.DB }

func (s source) Available(ctx context.Context) ([]Concert, error) {
	return ConcertManager{}.Concerts(ctx, s.db, false, 0, maxRows)
}

func (s source) Timetable(ctx context.Context, concert int64) (Timetable, error) {
	return ConcertManager{}.Timetable(ctx, s.db, concert)
}

// Concerts lists concerts by their ids, at most limit (1 to 100), those after one of them if after is
// not 0: the available ones, whose first hundred are cached, or all of them.
func (s *ConcertService) Concerts(ctx context.Context, all bool, after int64, limit int) ([]Concert, error) {
	if all || after != 0 {
		return s.manager.Concerts(ctx, s.db.Read, all, after, limit)
	}
	concerts, err := s.cache.Available(ctx)
	return concerts[:min(len(concerts), max(limit, 1))], err
}

// Concert returns one concert. The error matches [ErrNotFound].
func (s *ConcertService) Concert(ctx context.Context, id int64) (Concert, error) {
	return s.manager.Concert(ctx, s.db.Read, id)
}

// Timetable returns a concert's dates, from the cache. The error matches [ErrNotFound].
func (s *ConcertService) Timetable(ctx context.Context, id int64) (Timetable, error) {
	return s.cache.Timetable(ctx, id)
}

// Seats returns all seats of a date by their numbers, as they are now. The error matches [ErrNotFound].
func (s *ConcertService) Seats(ctx context.Context, concert, schedule int64) ([]Seat, error) {
	return s.manager.Seats(ctx, s.db.Read, concert, schedule)
}

// Decisions lists what admins decided about a concert, oldest first, at most limit (1 to 100), those
// after one of them if after is not 0. The error matches [ErrNotFound].
func (s *ConcertService) Decisions(ctx context.Context, id, after int64, limit int) ([]Decision, error) {
	return s.manager.Decisions(ctx, s.db.Read, id, after, limit)
}
