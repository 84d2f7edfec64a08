//go:build unix

package postgres_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

// envRelay is the address of a database: a process that has it is a relay with a consumer.
const envRelay = "POSTGRES_TEST_RELAY"

func TestMain(m *testing.M) {
	if url := os.Getenv(envRelay); url != "" {
		if err := runRelay(url); err != nil {
			fmt.Fprintln(os.Stderr, "relay:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runRelay relays until standard input ends, which is when its parent has gone.
func runRelay(url string) error {
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	m := &mail{pool, postgres.NewQueue(pool)}
	catalog := m.Consumer("catalog", nil)
	c := quickly()
	c.Timeout = time.Second
	return message.NewRelay(m.queue, publish(catalog), &c).Run(ctx)
}

type relayProcess struct {
	cmd   *osexec.Cmd
	stdin io.WriteCloser
}

func spawnRelay(t testing.TB, url string) *relayProcess {
	t.Helper()
	cmd := osexec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRelay+"="+url)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	p := &relayProcess{cmd, stdin}
	t.Cleanup(p.kill)
	return p
}

// kill is kill -9. It may be called again.
func (p *relayProcess) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.stdin.Close()
}

// Two relays are processes of their own, and one after the other is killed while it works. Each
// message has its effect once, and those of a key in order.
func TestKilledRelays(t *testing.T) {
	t.Parallel()
	const kills, keys, each = 10, 10, 20
	url := pgtest.URL(t)
	m := newMail(t, url)
	relays := []*relayProcess{spawnRelay(t, url), spawnRelay(t, url)}
	want, number := map[string][]string{}, 0
	for kill := range kills {
		for range keys * each / kills {
			key := fmt.Sprint("key-", rand.N(keys))
			p, err := message.New("/shop/order", "OrderFailed", key, number)
			must(t, err)
			must(t, pgx.BeginFunc(t.Context(), m.pool, func(tx pgx.Tx) error { return postgres.Bind(tx).Append(t.Context(), p) }))
			want[key] = append(want[key], fmt.Sprint(number))
			number++
		}
		before := m.noted(t)
		eventually(t, "at work", func() bool { return m.noted(t) > before || m.empty(t) })
		i := kill % len(relays)
		relays[i].kill()
		relays[i] = spawnRelay(t, url)
	}
	eventually(t, "delivered", func() bool { return m.empty(t) })
	got, err := m.Effects(t.Context(), "catalog")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("effects are %v, %v; want %v", got, err, want)
	}
	if !slices.ContainsFunc(relays, func(p *relayProcess) bool { return p.cmd.ProcessState == nil }) {
		t.Error("no relay is left")
	}
}

// noted is how many messages the inbox has.
func (m *mail) noted(t testing.TB) (n int) {
	t.Helper()
	must(t, m.pool.QueryRow(t.Context(), `select count(*) from saga_inbox`).Scan(&n))
	return n
}
