package catalog_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/catalog"
)

func open(t *testing.T) *catalog.ProductService {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "catalog.db"))
}

func openAt(t *testing.T, path string) *catalog.ProductService {
	t.Helper()
	service, err := catalog.New(t.Context(), catalog.Config{Path: path, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return service
}

func lines(pairs ...any) []catalog.Line {
	var out []catalog.Line
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, catalog.Line{Item: pairs[i].(string), Quantity: int64(pairs[i+1].(int))})
	}
	return out
}

func wantStock(t *testing.T, service *catalog.ProductService, item string, want int64) {
	t.Helper()
	got, err := service.Item(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	if got.Stock != want {
		t.Errorf("stock of %s is %d, want %d", item, got.Stock, want)
	}
}

// must is for calls that have an answer.
func must(t *testing.T) func(catalog.Entry, error) catalog.Entry {
	return func(e catalog.Entry, err error) catalog.Entry {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func wantState(t *testing.T, got catalog.Entry, want catalog.State) {
	t.Helper()
	if got.State != want {
		t.Fatalf("state %s, want %s (%+v)", got.State, want, got)
	}
}

func TestSeedIsJPetStore(t *testing.T) {
	t.Parallel()
	items, err := open(t).Items(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var stock, cheapest, dearest int64 = 0, 1 << 40, 0
	products, categories := map[string]bool{}, map[string]bool{}
	for _, it := range items {
		stock += it.Stock
		cheapest, dearest = min(cheapest, it.Price), max(dearest, it.Price)
		products[it.Product], categories[it.Category] = true, true
	}
	if len(items) != 28 || stock != 280_000 || cheapest != 529 || dearest != 32529 {
		t.Errorf("%d items, %d in stock, %d to %d cents", len(items), stock, cheapest, dearest)
	}
	if len(products) != 16 || len(categories) != 5 {
		t.Errorf("%d products in %d categories", len(products), len(categories))
	}
	want := catalog.Item{ID: "EST-18", Product: "AV-CB-01", Category: "BIRDS", Name: "Amazon Parrot",
		Variant: "Adult Male", Price: 19350, Currency: "USD", Stock: 10_000}
	if items[17] != want {
		t.Errorf("the eighteenth item is %+v", items[17])
	}
}

func TestReopeningKeepsStockAndLedger(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "with space & 100%", "catalog.db")
	if _, err := catalog.New(t.Context(), catalog.Config{Path: path}); err == nil {
		t.Fatal("opened a file in a folder that does not exist")
	}
	path = filepath.Join(t.TempDir(), "odd name?#100%.db")
	first, err := catalog.New(t.Context(), catalog.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, must(t)(first.Decrement(t.Context(), "k", lines("EST-1", 3))), catalog.Applied)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, path)
	wantStock(t, again, "EST-1", 9_997)
	wantState(t, must(t)(again.Decrement(t.Context(), "k", lines("EST-1", 3))), catalog.Applied)
	wantStock(t, again, "EST-1", 9_997)
}

func TestAnEndedContextStartsNothing(t *testing.T) {
	t.Parallel()
	service := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := service.Decrement(ctx, "k", lines("EST-1", 1)); err == nil {
		t.Error("a decrement ran under an ended ctx")
	}
	wantState(t, must(t)(service.Probe(t.Context(), "k")), catalog.None)
}
