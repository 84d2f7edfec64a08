package racetest_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/shop/order"
)

const (
	processes  = 8
	envNumbers = "SHOP_NUMBERS" // how many are issued; the full test issues 100,000
	someOfThem = 4_000
	firstOne   = 1000
)

// TestNumbersAreIssuedOnceByManyProcesses has eight processes issue order numbers at once, each of
// which is killed once: no number is given out twice, and every number is its user's.
func TestNumbersAreIssuedOnceByManyProcesses(t *testing.T) {
	total := someOfThem
	if text := os.Getenv(envNumbers); text != "" {
		var err error
		if total, err = strconv.Atoi(text); err != nil || total < 4*processes {
			t.Fatalf("%s=%q: give a number from %d", envNumbers, text, 4*processes)
		}
	}
	path := filepath.Join(t.TempDir(), "order.db")
	makeFile(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()

	began := time.Now()
	issuers := make([]*issuer, processes)
	var crowd sync.WaitGroup
	for i := range issuers {
		count := (total*(i+1))/processes - (total*i)/processes
		issuers[i] = &issuer{path: path, user: fmt.Sprintf("shopper%02d", i+1)}
		crowd.Go(func() {
			if err := issuers[i].take(ctx, count); err != nil {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	took := time.Since(began)
	t.Logf("%d numbers by %d processes in %v: %.0f a second",
		total, processes, took.Round(time.Millisecond), float64(total)/took.Seconds())
	checkNumbers(t, path, total, issuers)
}

// makeFile makes the tables, so that the processes find them.
func makeFile(t *testing.T, path string) {
	t.Helper()
	numbers, err := order.OpenNumbers(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := numbers.Close(); err != nil {
		t.Fatal(err)
	}
}

func checkNumbers(t *testing.T, path string, total int, issuers []*issuer) {
	t.Helper()
	owners, next := readNumbers(t, path)
	told := map[int64]string{}
	kills := 0
	for _, i := range issuers {
		kills += i.kills
		for _, number := range i.told {
			if other, twice := told[number]; twice {
				t.Errorf("the number %d was given to %s and to %s", number, other, i.user)
			}
			told[number] = i.user
			if owners[number] != i.user {
				t.Errorf("the number %d was given to %s, and the file says %q", number, i.user, owners[number])
			}
		}
	}
	untold := len(owners) - len(told)
	t.Logf("%d kills, %d numbers that were taken and not told", kills, untold)
	if len(told) != total || kills != processes || untold < 0 || untold > kills {
		t.Errorf("%d numbers were told, want %d; %d kills, and %d numbers untold", len(told), total, kills, untold)
	}
	if next != firstOne+int64(len(owners)) {
		t.Errorf("the next number is %d after %d from %d", next, len(owners), firstOne)
	}
	for number := range int64(len(owners)) {
		if owners[firstOne+number] == "" {
			t.Errorf("nobody has the number %d", firstOne+number)
		}
	}
}

// readNumbers returns who was given which number, and the next number.
func readNumbers(t *testing.T, path string) (owners map[int64]string, next int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(t.Context(), `select next_id from sequence where name = 'ordernum'`).Scan(&next); err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), `select id, owner from order_number`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	owners = map[int64]string{}
	for rows.Next() {
		var number int64
		var owner string
		if err := rows.Scan(&number, &owner); err != nil {
			t.Fatal(err)
		}
		owners[number] = owner
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return owners, next
}
