package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/sqlite"
)

// purchase is the state of the sagas that the commands are tried on.
type purchase struct {
	Item    string
	Receipt string
}

// shop is an SQLite file with an engine on it, and a bank that can be away.
type shop struct {
	testing.TB
	file   string
	store  *sqlite.Store
	engine *saga.Engine
	stop   func()
	away   atomic.Bool
	says   atomic.Value // what the bank's connection says while it is away
	now    func() time.Time
}

// newShop opens a shop of a test's own, beside those of others.
func newShop(t *testing.T) *shop {
	t.Parallel()
	return aloneShop(t)
}

func aloneShop(t *testing.T) *shop {
	s := &shop{TB: t, file: filepath.Join(t.TempDir(), "sagas.db")}
	s.away.Store(true)
	s.says.Store("connection reset by peer")
	s.open()
	t.Cleanup(s.close)
	return s
}

// reopen opens the file and runs nothing on it.
func (s *shop) reopen() {
	s.Helper()
	store, err := sqlite.Open(context.Background(), s.file)
	if err != nil {
		s.Fatal(err)
	}
	s.store = store
	s.stop = sync.OnceFunc(func() {
		if err := store.Close(); err != nil {
			s.Error(err)
		}
	})
}

// open starts an engine as a program would.
func (s *shop) open() { s.serve(s.definition(), s.slow()) }

func (s *shop) serve(definitions ...saga.AnyDefinition) {
	s.Helper()
	s.reopen()
	store := s.store
	engine, err := saga.New(store, &saga.Config{Node: "shop", Logger: slog.New(slog.DiscardHandler)}, definitions...)
	if err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	s.engine = engine
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, store.Close()); err != nil {
			s.Error(err)
		}
	})
}

func (s *shop) close() { s.stop() }

// definition has a step that succeeds, one of which nobody knows while the bank is away, and one
// that decides.
func (s *shop) definition() saga.Definition[purchase] {
	yes := func(context.Context, *purchase, saga.Attempt) error { return nil }
	bank := func(context.Context, *purchase, saga.Attempt) error {
		if s.away.Load() {
			return errors.New(s.says.Load().(string))
		}
		return nil
	}
	return saga.Definition[purchase]{Name: "shop.order", Version: 1, LeaveInDoubt: true, Steps: []saga.Step[purchase]{
		{Name: "stock", Action: yes, Compensation: yes, Replayable: true},
		{Name: "charge", Action: bank, Compensation: bank, Probe: bank, Fence: bank, Replayable: true,
			Retry: saga.RetryPolicy{MaxAttempts: 1}},
		{Name: "insert", Kind: saga.Pivot, Action: yes, Replayable: true},
	}}
}

// slow is a saga that waits for an hour before it tries again.
func (s *shop) slow() saga.Definition[purchase] {
	later := func(context.Context, *purchase, saga.Attempt) error { return saga.NotDone }
	return saga.Definition[purchase]{Name: "slow.order", Version: 1, Steps: []saga.Step[purchase]{{
		Name: "wait", Kind: saga.Pivot, Action: later, Replayable: true,
		Retry: saga.RetryPolicy{MaxAttempts: 9, Initial: time.Hour, Max: time.Hour},
	}}}
}

// sleeps starts an instance that sleeps.
func (s *shop) sleeps(id string) {
	s.Helper()
	if _, err := s.slow().Start(s.Context(), s.engine, id, purchase{}); err != nil {
		s.Fatal(err)
	}
	s.until("it to sleep", func() bool {
		in, err := s.engine.Find(s.Context(), saga.Filter{IDs: []string{id}})
		return err == nil && len(in) == 1 && !in[0].Due.IsZero()
	})
}

// numbered makes ids.
func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("order-%04d", i+1)
	}
	return ids
}

// start starts an instance and returns once its row says that it stands still.
func (s *shop) start(ids ...string) {
	s.Helper()
	d := s.definition()
	var starting sync.WaitGroup
	for _, id := range ids {
		starting.Go(func() {
			if _, err := d.Start(s.Context(), s.engine, id, purchase{Item: "EST-1"}); err != nil {
				s.Error(err)
			}
		})
	}
	starting.Wait()
	s.until("the rows to be written", func() bool {
		counts, err := s.engine.Count(s.Context())
		return err == nil && total(counts)-counts[saga.Running] >= len(ids)
	})
}

func total(counts map[saga.Status]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// until waits for something that comes by itself.
func (s *shop) until(what string, there func() bool) {
	s.Helper()
	deadline := time.After(time.Minute)
	for !there() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			s.Fatalf("waited in vain for %s", what)
		}
	}
}

// standing waits until an instance's row has a status.
func (s *shop) standing(id string, want saga.Status) saga.Instance {
	s.Helper()
	var in saga.Instance
	s.until(fmt.Sprintf("%s to be %s", id, want), func() bool {
		found, err := s.engine.Find(s.Context(), saga.Filter{IDs: []string{id}})
		if err != nil {
			s.Fatal(err)
		}
		if len(found) == 1 {
			in = found[0]
		}
		return len(found) == 1 && in.Status == want
	})
	return in
}

// handled waits until an instance's row shows a person's hand and a status: rows are written a
// moment behind what a command is told.
func (s *shop) handled(id string, verb saga.Verb, want saga.Status) {
	s.Helper()
	s.until(fmt.Sprintf("%s to be %s after %s", id, want, verb), func() bool {
		found, err := s.engine.Find(s.Context(), saga.Filter{IDs: []string{id}})
		if err != nil {
			s.Fatal(err)
		}
		return len(found) == 1 && found[0].Status == want && found[0].Hand != nil && found[0].Hand.Verb == verb
	})
}

// sent waits until a command for an instance is in the store.
func (s *shop) sent(ctx context.Context, id string) {
	for ctx.Err() == nil {
		claimed, err := s.store.Instances().Claim(ctx, saga.Claim{Node: "frozen", Limit: 10})
		if err != nil {
			s.Error(err)
			return
		}
		for _, c := range claimed.Commands {
			if c.Instance == id {
				return
			}
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// ran is what a command left.
type ran struct {
	testing.TB
	code     int
	out, err string
}

// run runs the command line as a script sees it: no terminal, and nobody to ask.
func (s *shop) run(args ...string) ran {
	s.Helper()
	return s.runAs(func(*cli.Command) {}, args...)
}

func (s *shop) runAs(change func(*cli.Command), args ...string) ran {
	s.Helper()
	return s.runIn(s.Context(), change, args...)
}

func (s *shop) runIn(ctx context.Context, change func(*cli.Command), args ...string) ran {
	s.Helper()
	var out, err bytes.Buffer
	c := &cli.Command{Open: visit, Out: layout.Screen{Writer: &out}, Err: layout.Screen{Writer: &err},
		Store: s.file, User: "lee", Now: s.now}
	change(c)
	code := c.Run(ctx, patient(args))
	return ran{s.TB, code, out.String(), err.String()}
}

// patient lets a verb wait for as long as a busy machine may need.
func patient(args []string) []string {
	verbs := []string{"retry", "compensate", "resolve", "skip", "stop"}
	if len(args) < 2 || !slices.Contains(verbs, args[0]) || slices.Contains(args, "-wait") {
		return args
	}
	return slices.Insert(slices.Clone(args), 1, "-wait=1m")
}

func visit(ctx context.Context, name string) (cli.Store, error) {
	store, err := sqlite.Visit(ctx, name)
	if err != nil {
		return nil, err
	}
	return store, nil
}

// typing sits at the terminal and types a line.
func typing(line string) func(*cli.Command) {
	return func(c *cli.Command) { c.In, c.Asks = strings.NewReader(line+"\n"), true }
}

// ends asserts the exit code.
func (r ran) ends(code int) ran {
	r.Helper()
	if r.code != code {
		r.Fatalf("exit code %d, want %d\n%s%s", r.code, code, r.out, r.err)
	}
	return r
}

// says asserts parts of what was printed, on either screen.
func (r ran) says(parts ...string) ran {
	r.Helper()
	for _, p := range parts {
		if !strings.Contains(r.out, p) && !strings.Contains(r.err, p) {
			r.Errorf("it does not say %q:\n%s%s", p, r.out, r.err)
		}
	}
	return r
}

func (r ran) never(parts ...string) ran {
	r.Helper()
	for _, p := range parts {
		if strings.Contains(r.out+r.err, p) {
			r.Errorf("it says %q:\n%s%s", p, r.out, r.err)
		}
	}
	return r
}
