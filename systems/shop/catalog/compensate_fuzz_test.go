package catalog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/shop/catalog"
)

// A message that cannot be handled is a dead letter at once and changes nothing; one that can gives
// back what its key took, however often it comes, and touches nothing else.
func FuzzCompensation(f *testing.F) {
	service, err := catalog.New(f.Context(), catalog.Config{Path: filepath.Join(f.TempDir(), "catalog.db"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = service.Close() })
	s := &shelf{service: service, boundary: catalog.NewController(service, nil)}

	for _, data := range []string{
		`{"orderId":1,"attempt":1,"key":"KEY","lines":[{"item":"EST-2","quantity":9}]}`, `{"key":"KEY"}`, `{"KEY":"KEY","key":null}`,
		`{"key":"other","attempt":-1}`, `{"key":""}`, `{"key":"KEY "}`, `{"key":"KEY","lines":7}`, `{"key":["KEY"]}`, `null`, `7`, `{`, ``,
		`{"key":"` + strings.Repeat("k", 301) + `"}`, "{\"key\":\"\xff\"}", `{"key":"\u0000"}`,
	} {
		f.Add(catalog.CompensationType, "m", []byte(data))
	}
	f.Add("order_placed", "m", []byte(`{"key":"KEY"}`))
	f.Add(catalog.CompensationType, "", []byte(`{"key":"KEY"}`))
	calls := 0
	f.Fuzz(func(t *testing.T, typ, id string, data []byte) {
		calls++
		key := fmt.Sprintf("%d/1/stock", calls)
		before := s.stock(t)
		s.call(t, decrement, key, lines("EST-1", 1))
		data = bytes.ReplaceAll(data, []byte("KEY"), []byte(key))
		if id != "" {
			id = fmt.Sprint(id, calls) // no message that came before
		}
		m := message.Message{ID: id, Source: "shop/order", Type: typ, Key: "1", Data: data}
		err := s.boundary.Compensate(t.Context(), m)
		if err != nil && !errors.Is(err, message.ErrPoison) {
			t.Fatalf("%q would be tried again: %v", data, err)
		}
		var about catalog.Compensation
		taken := int64(1)
		if mine := json.Unmarshal(data, &about) == nil && about.Key == key; mine && err == nil {
			taken = 0
		}
		if got := before - s.stock(t); got != taken {
			t.Fatalf("%q leaves %d taken, want %d; error %v", data, got, taken, err)
		}
		if again := s.boundary.Compensate(t.Context(), m); (again == nil) != (err == nil) || before-s.stock(t) != taken {
			t.Fatalf("%q the second time: %v after %v; %d are taken", data, again, err, before-s.stock(t))
		}
		s.call(t, undo, key, "") // or the shelf would be empty after a while
		if got := before - s.stock(t); got != 0 {
			t.Fatalf("%q: %d are gone for good", data, got)
		}
	})
}

// call makes a call that succeeds, without a network.
func (s *shelf) call(t *testing.T, path, key, body string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	s.boundary.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s of %s: %d %s", path, key, w.Code, w.Body)
	}
}

func (s *shelf) stock(t *testing.T) int64 {
	t.Helper()
	item, err := s.service.Item(t.Context(), "EST-1")
	if err != nil {
		t.Fatal(err)
	}
	return item.Stock
}
