package order_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// The service is killed the moment an order comes to be in doubt, before anything else is written
// down: its files are copied there and then, and another service goes on with the copy.
func TestUnknownIsRecordedByTheSuccessorOfAKilledService(t *testing.T) {
	t.Parallel()
	var s *shop
	dir := t.TempDir()
	copied := make(chan error, 1)
	s = newShop(t, options{config: func(c *order.Config) {
		c.Engine.Lease = 200 * time.Millisecond
		c.Engine.Observe = func(e saga.Event) {
			if e.Status == saga.NeedsAttention {
				select {
				case copied <- copyDatabase(s.file, filepath.Join(dir, "order.db")):
				default:
				}
			}
		}
	}})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: check, Kind: fault.DropReply})
	s.leaveDuring(t, id)
	s.closeCatalog()
	must(t, <-copied)
	s.openCatalog(t)
	s.stop(t)
	s.file = filepath.Join(dir, "order.db")
	var status string
	must(t, open(t, s.file).QueryRowContext(t.Context(), `select status from order_retry_status`).Scan(&status))
	if status != string(order.Unprocessed) {
		t.Fatalf("at the moment of the copy it was %s", status)
	}
	s.start(t)
	eventually(t, "Unknown in the table", func() bool {
		must(t, open(t, s.file).QueryRowContext(t.Context(), `select status from order_retry_status`).Scan(&status))
		return status == string(order.Unknown)
	})
}

// copyDatabase copies a file and its log, in the order in which a reader of both makes sense of them.
func copyDatabase(from, to string) error {
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(from + suffix)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to+suffix, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
