package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

// A relay that would look once an hour hears of a commit in another process at once.
func TestACommitWakesAnIdleRelay(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	m := newMail(t, url)
	arrived := make(chan string)
	c := quickly()
	c.Poll = time.Hour
	relay(t, postgres.NewQueue(poolOf(t, url)), func(_ context.Context, p message.Message) error {
		arrived <- string(p.Data)
		return nil
	}, c)
	post := func(data string) {
		tx := begin(t, m)
		appendTo(t, tx, "a", data)
		must(t, tx.Commit(t.Context()))
	}
	hear := func(want string) {
		t.Helper()
		select {
		case got := <-arrived:
			if got != want {
				t.Errorf("%s arrived, want %s", got, want)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the relay sleeps")
		}
	}
	post("0")
	hear(`"0"`)
	post("1") // while it is awake
	hear(`"1"`)
	eventually(t, "asleep", func() (asleep bool) {
		must(t, m.pool.QueryRow(t.Context(), `select asleep > now() from saga_relay`).Scan(&asleep))
		return asleep
	})
	post("2")
	hear(`"2"`)
	// A person's decision wakes it too.
	tx := begin(t, m)
	appendTo(t, tx, "b", "3")
	_, err := tx.Exec(t.Context(), `update saga_outbox set head = true, dead = true, due = null where key = 'b'`)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	rows, err := m.queue.Rows(t.Context(), 0)
	must(t, err)
	must(t, m.queue.Redrive(t.Context(), rows[len(rows)-1].Position))
	hear(`"3"`)
}

// Commits that notify wait for each other. While a relay is at work, or none is there, none does.
func TestNobodyIsToldUnlessARelaySleeps(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t) // notifications are the database's
	m := newMail(t, url)
	conn := admin(t, url)
	var channel string
	must(t, conn.QueryRow(t.Context(), `select 'saga_outbox_' || 'saga_outbox'::regclass::oid`).Scan(&channel))
	_, err := conn.Exec(t.Context(), "listen "+pgx.Identifier{channel}.Sanitize())
	must(t, err)
	told := func() int {
		for range 3 {
			tx := begin(t, m)
			appendTo(t, tx, "a", "0")
			appendTo(t, tx, "a", "1")
			must(t, tx.Commit(t.Context()))
		}
		n := 0
		for {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			_, err := conn.WaitForNotification(ctx)
			cancel()
			if err != nil {
				return n
			}
			n++
		}
	}
	listening, stop := context.WithCancel(t.Context())
	heard := make(chan struct{}, 100)
	claimed(t, m.queue)
	if n := told(); n != 0 {
		t.Errorf("%d notifications while no relay is there", n)
	}
	took, err := m.queue.Claim(t.Context(), 100, time.Minute)
	must(t, err)
	must(t, m.queue.Delivered(t.Context(), took...))
	var line sync.WaitGroup
	line.Go(func() { m.queue.Wake(listening, func() { heard <- struct{}{} }) })
	<-heard
	if n := told(); n != 0 {
		t.Errorf("%d notifications while a relay is at work", n)
	}
	eventually(t, "asleep", func() (asleep bool) {
		took, err := m.queue.Claim(t.Context(), 100, time.Minute)
		must(t, err)
		must(t, m.queue.Delivered(t.Context(), took...))
		must(t, m.pool.QueryRow(t.Context(), `select asleep > now() from saga_relay`).Scan(&asleep))
		return asleep
	})
	if n := told(); n != 3 {
		t.Errorf("%d notifications of 3 commits while a relay sleeps", n)
	}
	claimed(t, m.queue, "0")
	if n := told(); n != 0 {
		t.Errorf("%d notifications after a relay has woken", n)
	}
	stop()
	line.Wait()
}

// What an idle relay asks is one statement at each look.
func TestAnIdleRelayAsksOneStatement(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	p := newProxy(t, url)
	newMail(t, url)
	q := postgres.NewQueue(poolOf(t, p.url))
	claimed(t, q) // prepares it
	statements, trips := p.counted(func() { claimed(t, q) })
	if statements != 1 || trips != 1 {
		t.Errorf("an empty claim takes %d statements in %d round trips", statements, trips)
	}
}
