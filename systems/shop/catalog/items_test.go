package catalog_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/shop/catalog"
)

func TestSeedIsJPetStore(t *testing.T) {
	t.Parallel()
	items, err := open(t, nil).service.Items(t.Context())
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
	if len(items) != 28 || stock != 28*seeded || cheapest != 529 || dearest != 32529 {
		t.Errorf("%d items, %d in stock, %d to %d cents", len(items), stock, cheapest, dearest)
	}
	if len(products) != 16 || len(categories) != 5 {
		t.Errorf("%d products in %d categories", len(products), len(categories))
	}
	want := catalog.Item{ID: "EST-18", Product: "AV-CB-01", Category: "BIRDS", Name: "Amazon Parrot",
		Variant: "Adult Male", Price: 19350, Currency: "USD", Stock: seeded}
	if items[17] != want {
		t.Errorf("the eighteenth item is %+v", items[17])
	}
}

func TestItemsOverHTTPAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.post(t, decrement, "k", lines("EST-18", 7))
	var list struct{ Items []catalog.Item }
	if err := json.Unmarshal([]byte(s.send(t, request{method: http.MethodGet, path: "/catalog/items"}).body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 28 || list.Items[8].ID != "EST-9" || list.Items[9].ID != "EST-10" || list.Items[17].Stock != seeded-7 {
		t.Errorf("the list is %+v", list.Items)
	}
	var one catalog.Item
	if err := json.Unmarshal([]byte(s.send(t, request{method: http.MethodGet, path: "/catalog/items/EST-18"}).body), &one); err != nil {
		t.Fatal(err)
	}
	if one != list.Items[17] {
		t.Errorf("one item is %+v, in the list it is %+v", one, list.Items[17])
	}
}

func TestReopeningKeepsStockAndLedger(t *testing.T) {
	t.Parallel()
	if _, err := catalog.New(t.Context(), catalog.Config{Path: filepath.Join(t.TempDir(), "absent", "catalog.db")}); err == nil {
		t.Error("opened a file in a folder that does not exist")
	}
	if _, err := catalog.New(t.Context(), catalog.Config{}); err == nil {
		t.Error("opened a file without a name")
	}
	file := filepath.Join(t.TempDir(), "odd name#100%.db")
	first := openAt(t, file, nil)
	before := first.post(t, decrement, "k", lines("EST-1", 3))
	wantState(t, before, participant.Applied)
	for range 2 {
		if err := first.service.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again := openAt(t, file, nil)
	again.wantStock(t, "EST-1", seeded-3)
	if after := again.post(t, decrement, "k", lines("EST-1", 3)); after.body != before.body {
		t.Errorf("before it was reopened it said %s, then %s", before.body, after.body)
	}
	again.wantStock(t, "EST-1", seeded-3)
}
