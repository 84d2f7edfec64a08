package order_test

import (
	"database/sql"
	"net/http"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// An engine that is given a store keeps nothing in the service's own file.
func TestTheEngineMayHaveAStoreOfItsOwn(t *testing.T) {
	t.Parallel()
	instances := memory.Open()
	s, address := shopWithoutCatalog(t)
	s.serveCatalog(t, address)
	s.start(t, "http://"+address, func(c *order.Config) { c.Store = instances })
	wantStatus(t, s.place(t, of("EST-1", "2")), http.StatusCreated)
	s.check(t, 1)
	eventually(t, "the instance in its store", func() bool {
		counts, err := instances.Reader().Count(t.Context())
		return err == nil && counts[saga.Completed] == 1
	})
	db, err := sql.Open("sqlite", "file:"+s.file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var tables int
	if err := db.QueryRow(`select count(*) from sqlite_schema where name like 'saga%'`).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d of the engine's tables are in the service's file; error %v", tables, err)
	}
}
