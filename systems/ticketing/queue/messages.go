package queue

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// concertStatusUpdated notes that a concert exists, and whether it is sold out.
func (s *QueueService) concertStatusUpdated() message.Handler {
	handle := sqlite.Consumer(s.db, "queue.concert", func(ctx context.Context, tx *sql.Tx, m message.Message) error {
		var c event.ConcertStatusUpdated
		if err := event.Read(m, &c); err != nil {
			return err
		}
		if c.ConcertID <= 0 || c.After != available && c.After != unavailable {
			return fmt.Errorf("%w: %s %s says %q of concert %d", message.ErrPoison, m.Type, m.ID, c.After, c.ConcertID)
		}
		return tellConcert(ctx, tx, c.ConcertID, c.After, c.Version)
	})
	return func(ctx context.Context, m message.Message) error {
		err := handle(ctx, m)
		if err == nil {
			s.admitSoon()
		}
		return err
	}
}
