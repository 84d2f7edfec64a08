package order_test

import (
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// An engine that is given a store keeps nothing in the service's own file.
func TestTheEngineMayHaveAStoreOfItsOwn(t *testing.T) {
	t.Parallel()
	instances := memory.Open()
	s := newShop(t, options{config: func(c *order.Config) { c.Store = instances }})
	id := s.number(t, alice)
	placed(t, s, id, "EST-1")
	eventually(t, "the instance in its store", func() bool {
		counts, err := instances.Reader().Count(t.Context())
		return err == nil && counts[saga.Completed] == 1
	})
	var tables int
	err := open(t, s.file).QueryRowContext(t.Context(),
		`select count(*) from sqlite_schema where name in ('saga_journal', 'saga_instance', 'saga_id')`).Scan(&tables)
	if err != nil || tables != 0 {
		t.Errorf("%d of the engine's tables are in the service's file; error %v", tables, err)
	}
}

// A second service on the same file would move the same orders.
func TestAFileHasOneService(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	second, err := order.New(t.Context(), order.Config{
		Path: s.file, Catalog: "http://" + s.address, Publisher: message.NewBus(), Logger: silent(),
	})
	if err == nil {
		second.Close()
		t.Fatal("two services have opened one file")
	}
	placed(t, s, s.number(t, alice), "EST-1")
}

func TestAConfigMustBeComplete(t *testing.T) {
	t.Parallel()
	complete := order.Config{Catalog: "http://127.0.0.1:1", Path: t.TempDir() + "/order.db", Publisher: message.NewBus(), Logger: silent()}
	for name, c := range map[string]struct {
		spoil func(*order.Config)
		says  string
	}{
		"no catalog":   {func(c *order.Config) { c.Catalog = "" }, "http://127.0.0.1:8081"},
		"no path":      {func(c *order.Config) { c.Path = "" }, "name the database file"},
		"no publisher": {func(c *order.Config) { c.Publisher = nil }, "say where compensations go"},
		"no folder":    {func(c *order.Config) { c.Path = t.TempDir() + "/absent/order.db" }, "absent"},
		"odd engine":   {func(c *order.Config) { c.Engine = &saga.Config{Concurrency: -1} }, "Concurrency"},
	} {
		config := complete
		c.spoil(&config)
		service, err := order.New(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
		if err == nil {
			service.Close()
		}
	}
	service, err := order.New(t.Context(), complete) // what failed above has left nothing locked
	must(t, err)
	for range 2 {
		if err := service.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}
