package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// CompensationType is the type of the message that takes a decrement back; the topic's name in the
// write-up.
const CompensationType = "product_compensation"

// Compensation is the data of a [CompensationType] message.
type Compensation struct {
	OrderID int64  `json:"orderId"`
	Attempt int    `json:"attempt"` // of placing the order, from 1
	Key     string `json:"key"`     // of the decrement that is taken back
	Lines   []Line `json:"lines"`   // for people; what is given back is what the ledger says was taken
}

// Compensate consumes a [CompensationType] message: it gives back what the decrement under the
// message's key took, once, however often the message comes; if there was none, it forbids a late
// one. Effect, ledger and inbox are one transaction. The error matches [message.ErrPoison] if no
// repeat can help. It is a [message.Handler], safe for concurrent use.
func (c *CatalogController) Compensate(ctx context.Context, m message.Message) error {
	return c.compensate(ctx, m)
}

// consumer makes the handler over the service's database.
func consumer(db sqlite.Database) message.Handler {
	return sqlite.Consumer(db, "catalog", func(ctx context.Context, tx *sql.Tx, m message.Message) error {
		var asked Compensation
		if m.Type != CompensationType {
			return fmt.Errorf("%w: the catalog does not consume %.60q", message.ErrPoison, m.Type)
		}
		if err := json.Unmarshal(m.Data, &asked); err != nil {
			return fmt.Errorf("%w: the data of %s is not a compensation: %w", message.ErrPoison, m.ID, err)
		}
		_, err := participant.Undo(ctx, sqlite.Bind(tx), stockOperation, asked.Key,
			func(ctx context.Context, e participant.Entry) error {
				var taken Taken
				if err := json.Unmarshal(e.Reply, &taken); err != nil {
					return fmt.Errorf("catalog: the ledger's reply under %s cannot be read: %w", e.Key, err)
				}
				return restore(ctx, tx, e.Key, Decrement{}, taken)
			})
		if errors.Is(err, participant.ErrInvalid) || errors.Is(err, participant.ErrKeyReused) {
			return fmt.Errorf("%w: %w", message.ErrPoison, err)
		}
		return err
	})
}
