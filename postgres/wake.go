package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/jackc/pgx/v5"
)

// Wake implements [saga.Waker]: it listens on a connection of its own and calls wake whenever
// anybody sent commands, and after each time that the connection was made, because then a word may
// have been missed. It returns when ctx ends or the store is closed.
func (s *Store) Wake(ctx context.Context, wake func()) {
	s.mu.Lock()
	if s.shut {
		s.mu.Unlock()
		return
	}
	s.lines.Add(1)
	s.mu.Unlock()
	defer s.lines.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ended, cancel)()
	listen := "listen " + pgx.Identifier{channel(s.place.schema)}.Sanitize()
	line{
		pool: s.pool, logger: s.logger, name: "listening",
		begin: func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, listen)
			if err == nil {
				wake()
			}
			return err
		},
		note: wake,
		tick: func(context.Context) {},
	}.keep(ctx, nil)
}

// longestName is how many bytes the server takes for a name.
const longestName = 63

// channel is the name under which those who use a schema tell each other about commands.
func channel(schema string) string {
	name := "saga_" + schema
	if len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(schema))
	return "saga_" + hex.EncodeToString(sum[:16])
}
