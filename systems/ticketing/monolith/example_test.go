package monolith_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/monolith"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// A buyer's whole way, and at its end the one transaction that pays.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "monolith")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	m, err := monolith.New(ctx, monolith.Config{
		Path: filepath.Join(folder, "monolith.db"), SessionKey: []byte(strings.Repeat("k", 32)), Iterations: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()

	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/users", strings.NewReader(`{"name":"mina","password":"correct horse"}`))
	r.Header.Set("Content-Type", "application/json")
	monolith.NewController(m).ServeHTTP(httptest.NewRecorder(), r)
	spring, err := m.CreateConcert(ctx, concert.Draft{Title: "Spring", Schedules: []concert.ScheduleDraft{
		{ConcertAt: time.Now().Add(240 * time.Hour), Seats: 50, Price: 77_000},
	}})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := m.Charge(ctx, "mina", 100_000, "c-1"); err != nil {
		log.Fatal(err)
	}
	place, err := m.Enter(ctx, "mina", spring.ID)
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Admit(ctx); err != nil { // Run does so by itself
		log.Fatal(err)
	}
	held, err := m.Hold(ctx, reservation.Request{UserID: "mina", Token: place.Token, ConcertID: spring.ID, ScheduleID: 1, Seats: []int{7}})
	if err != nil {
		log.Fatal(err)
	}
	results, err := m.Payments.ExecutePayment(ctx, place.Token, "mina", []int64{held[0].ID}, "p-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0].Amount, results[0].PaymentStatus)
	// Output: 77000 COMPLETED
}
