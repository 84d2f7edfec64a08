package line_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// What Redis may lose, and nobody notices.

var errCrash = errors.New("the process is gone")

// everything is where all users stand, with their times.
func (w *waitingLine) everything(users ...string) string {
	w.t.Helper()
	var b strings.Builder
	for _, user := range users {
		p, err := w.Look(w.t.Context(), "t-"+user, w.now)
		if err != nil && !errors.Is(err, line.ErrUnknown) {
			w.t.Fatal(err)
		}
		fmt.Fprintln(&b, user, p.Status, p.Seq, p.Position, p.WaitingUntil, p.ActiveUntil, err)
	}
	c, err := w.Count(w.t.Context(), concert, w.now)
	must(w.t, err)
	fmt.Fprintf(&b, "%+v", c)
	return b.String()
}

func TestAnEmptiedRedisIsMadeAnewAfterEachCall(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	users := []string{"ann", "bob", "cho", "dan", "eve"}
	rule := line.Rule{Limit: 3, Batch: 2, Every: time.Minute}
	for i, call := range []func(){
		func() { w.enter(users...) },
		func() { w.wantAdmitted(rule, "ann bob") },
		func() { w.wantAdmitted(rule, "") }, // the batch is not forgotten
		func() { w.pass(5 * time.Minute); w.want("WAITING 3", "eve") },
		func() { w.complete("ann", "saga") },
		func() { w.wantAdmitted(rule, "cho dan") },
		func() { w.restore("ann", "saga") },
		func() { w.wantCounts(line.Counts{Waiting: 1, Active: 3, Restored: 1, Admitted: 2}) },
		func() { _, err := w.End(t.Context(), "t-bob", line.Cancelled, w.now); must(t, err) },
		func() { w.pass(6 * time.Minute) },
		func() { w.wantAdmitted(rule, "eve") },
	} {
		call()
		before := w.everything(users...)
		server.Flush()
		if after := w.everything(users...); after != before {
			t.Errorf("after call %d\n%s\nbecame\n%s", i, before, after)
		}
		server.Flush()
	}
}

// Whoever was let in counts for the batch also when they have paid and Redis is emptied, and whatever a
// clock said before it was put right.
func TestAnEmptiedRedisKnowsTheBatch(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	w.enter("ann", "bob", "cho", "dan", "eve", "fay")
	rule := line.Rule{Limit: 10, Batch: 2, Every: time.Minute}
	again := func() {
		t.Helper()
		w.pass(time.Second)
		server.Flush()
		w.wantAdmitted(rule, "")
	}
	w.wantAdmitted(rule, "ann bob")
	w.complete("ann", "saga-a")
	w.complete("bob", "saga-b")
	again()
	w.wantCounts(line.Counts{Waiting: 4, Admitted: 2})
	w.pass(-3 * time.Hour)
	w.wantAdmitted(rule, "cho dan")
	w.complete("cho", "saga-c")
	w.complete("dan", "saga-d")
	again()
	w.pass(time.Minute)
	w.wantAdmitted(rule, "eve fay")
}

// Admit writes into the book whose time is over also when it lets somebody in: the book says how many wait.
func TestWhoIsOverIsSweptFromTheBookWhileOthersAreLetIn(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	w.enter("ann", "bob")
	w.wantAdmitted(line.Rule{Limit: 1}, "ann")
	w.pass(31 * time.Minute)
	w.enter("cho")
	w.wantAdmitted(line.Rule{Limit: 1}, "cho")
	db := w.book.DB
	if c, err := line.NewSQLite(db, db.Read, line.Book{}).Count(t.Context(), concert, w.now); err != nil || c.Waiting != 0 {
		t.Errorf("the book says %+v, %v", c, err)
	}
}

// A crash, an emptied Redis or both, at each point between Redis and the book: nobody is lost, the order
// holds, and so does the limit.
func TestACrashAtEachPoint(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	crash := func() error { return errCrash }
	flush := func() error { server.Flush(); return nil }
	flushAndCrash := func() error { server.Flush(); return errCrash }
	faults := map[string]func(b *book){
		"crash before the book": func(b *book) { b.before = crash }, "crash after the book": func(b *book) { b.after = crash },
		"emptied before the book": func(b *book) { b.before = flush }, "emptied after the book": func(b *book) { b.after = flush },
		"both before the book": func(b *book) { b.before = flushAndCrash }, "both after the book": func(b *book) { b.after = flushAndCrash },
	}
	calls := map[string]func(w *waitingLine) error{
		"enter": func(w *waitingLine) error { _, err := w.Enter(t.Context(), "t-eve", "eve", concert, w.now); return err },
		"admit": func(w *waitingLine) error {
			_, err := w.Admit(t.Context(), concert, line.Rule{Limit: 3}, w.now)
			return err
		},
		"complete": func(w *waitingLine) error { _, err := w.Complete(t.Context(), "t-ann", "saga", w.now); return err },
		"restore":  func(w *waitingLine) error { _, err := w.Restore(t.Context(), "t-zoe", "saga", w.now); return err },
		"end":      func(w *waitingLine) error { _, err := w.End(t.Context(), "t-ann", line.Cancelled, w.now); return err },
		"look": func(w *waitingLine) error {
			w.pass(181 * time.Second)
			_, err := w.Look(t.Context(), "t-cho", w.now)
			return err
		},
	}
	for called, call := range calls {
		for happened, fault := range faults {
			t.Run(called+", "+happened, func(t *testing.T) {
				w := onRedis(t, server.URL(), called+happened)
				w.enter("zoe", "ann", "bob", "cho", "dan")
				w.wantAdmitted(line.Rule{Limit: 2}, "zoe ann")
				w.complete("zoe", "saga")
				w.wantAdmitted(line.Rule{Limit: 2}, "bob")
				var once sync.Once // what is done once more by the repair succeeds
				fault(w.book)
				before, after := w.book.before, w.book.after
				armed := func(f func() error) func() error {
					return func() (err error) {
						if f != nil {
							once.Do(func() { err = f() })
						}
						return err
					}
				}
				w.book.before, w.book.after = armed(before), armed(after)
				if err := call(w); err != nil && !errors.Is(err, errCrash) {
					t.Fatal(err)
				}
				heals(t, w, called, call)
			})
		}
	}
}

// heals checks what holds after a call that may have been cut off and its repeat.
func heals(t *testing.T, w *waitingLine, called string, call func(w *waitingLine) error) {
	t.Helper()
	if p, err := w.Look(t.Context(), "t-cho", w.now); called == "admit" && (err != nil || p.Status == line.Waiting && p.Position != 1) {
		t.Errorf("cho stands at %+v, %v", p, err)
	}
	for range 2 {
		must(t, call(w))
	}
	// Whoever is in goes on, one after the other: all get their turn, in order, within the limit.
	order := ""
	for range 8 {
		w.admits(line.Rule{Limit: 3})
		c, err := w.Count(t.Context(), concert, w.now)
		must(t, err)
		if c.Active > 3 || c.Restored > 1 {
			t.Errorf("%+v with a limit of 3", c)
		}
		for _, user := range []string{"zoe", "ann", "bob", "cho", "dan", "eve"} {
			if w.stands(user) == "ACTIVE 0" {
				order += user + " "
				w.complete(user, "the end of "+user)
				break
			}
		}
	}
	want := map[string]string{
		"enter": "ann bob cho dan eve ", "complete": "bob cho dan ", "restore": "zoe ann bob cho dan ", "end": "bob cho dan ",
	}[called]
	if want == "" {
		want = "ann bob cho dan "
	}
	if order != want {
		t.Errorf("they had their turns as %q, want %q", order, want)
	}
	if c, err := w.Count(t.Context(), concert, w.now); err != nil || c.Waiting+c.Active+c.Restored != 0 {
		t.Errorf("at the end there are %+v; %v", c, err)
	}
}

// A Redis that was killed comes back with what was on its disk, a second behind at most.
func TestAKilledRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	users := people(20)
	w.enter(users...)
	w.wantAdmitted(line.Rule{Limit: 2}, "user000 user001")
	w.complete("user000", "saga")
	before := w.everything(users...)
	server.Kill()
	for name, call := range map[string]func() error{
		"look":     func() error { _, err := w.Look(t.Context(), "t-user005", w.now); return err },
		"admit":    func() error { _, err := w.Admit(t.Context(), concert, line.Rule{Limit: 2}, w.now); return err },
		"complete": func() error { _, err := w.Complete(t.Context(), "t-user001", "saga", w.now); return err },
		"enter":    func() error { _, err := w.Enter(t.Context(), "t-late", "late", concert, w.now); return err },
	} {
		if err := call(); !errors.Is(err, line.ErrUnavailable) {
			t.Errorf("%s without a Redis: %v", name, err)
		}
	}
	server.Start()
	w.admits(line.Rule{}) // notices that it was started again
	if after := w.everything(users...); !strings.HasPrefix(after, strings.TrimSuffix(before, before[strings.LastIndex(before, "\n"):])) {
		t.Errorf("\n%s\nbecame\n%s", before, after)
	}
	w.enter("late") // again, and gets what it was given
	w.want("WAITING 19", "late")
	w.wantAdmitted(line.Rule{Limit: 2}, "user002")
}

// What a Redis with an old state says is not believed.
func TestARedisThatIsBehindIsFilledAnew(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	w.enter("ann", "bob", "cho")
	server.Flush() // what follows, this Redis never hears of
	db := w.book.DB
	other := line.NewSQLite(db, db.Read, line.Book{})
	if admitted, err := other.Admit(t.Context(), concert, line.Rule{Limit: 1}, w.now); err != nil || len(admitted) != 1 {
		t.Fatal(admitted, err)
	}
	w.want("ACTIVE 0", "ann")
	w.wantAdmitted(line.Rule{Limit: 2}, "bob")
	server.Kill()
	if _, err := other.Complete(t.Context(), "t-ann", "saga", w.now); err != nil {
		t.Fatal(err)
	}
	server.Start()
	w.wantAdmitted(line.Rule{Limit: 2}, "cho")
	w.want("COMPLETED 0", "ann")
}

// Many find the Redis empty at once: one fills it, and the others wait.
func TestOneFillsAnEmptiedRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	users := people(50)
	w.enter(users...)
	lines := []line.Line{w.Line, w.more(), w.more()}
	server.Flush()
	before := w.book.changes.Load()
	var all sync.WaitGroup
	for i, user := range users {
		all.Go(func() {
			p, err := lines[i%len(lines)].Look(t.Context(), "t-"+user, w.now)
			if err != nil || p.Position != int64(i+1) {
				t.Errorf("%s: %+v %v", user, p, err)
			}
		})
	}
	all.Wait()
	if n := w.book.changes.Load() - before; n > 1 {
		t.Errorf("it was filled %d times", n)
	}
}

// Who fills the Redis and gives up, or fails, does not keep the others from it.
func TestFillingDoesNotHangOnWhoBegan(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	w.enter("ann", "bob")
	for name, happens := range map[string]func(cancel func()) error{
		"gives up": func(cancel func()) error { cancel(); return nil },
		"fails":    func(func()) error { return errCrash },
	} {
		server.Flush()
		ctx, cancel := context.WithCancel(t.Context())
		var once sync.Once
		w.book.before = func() (err error) {
			once.Do(func() { err = happens(cancel) })
			return err
		}
		if _, err := w.Look(ctx, "t-bob", w.now); err == nil {
			t.Errorf("one who %s found out", name)
		}
		began := time.Now()
		w.want("WAITING 2", "bob")
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("the next waited %v", took)
		}
		cancel()
	}
}

// Both drivers, side by side, through the same calls by chance, while Redis is emptied again and again.
func TestBothDriversSayTheSame(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	w := onRedis(t, server.URL(), "queue")
	b := openBook(t, filepath.Join(t.TempDir(), "other.db"))
	other := &waitingLine{Line: line.NewSQLite(b, b.Read, line.Book{}), t: t, book: b, now: start}
	users := people(12)
	for i := range 300 {
		user, by, rule := users[chance.IntN(len(users))], fmt.Sprint("saga", chance.IntN(3)), line.Rule{Limit: chance.Int64N(5)}
		if chance.IntN(2) == 0 {
			rule.Batch, rule.Every = 2, 5*time.Minute
		}
		pass := time.Duration(chance.IntN(240)) * time.Second
		kind, token := chance.IntN(9), fmt.Sprint("t", i)
		old := fmt.Sprint("t", chance.IntN(i+1))
		said := func(w *waitingLine) string {
			w.pass(pass)
			p, err := apply(t.Context(), w, kind, token, old, user, by, rule)
			c, bad := w.Count(t.Context(), concert, w.now)
			c.Waiting = 0 // who is over and not swept still counts, and each driver sweeps when it likes
			return fmt.Sprint(p, err, c, bad)
		}
		if on, want := said(w), said(other); on != want {
			t.Fatalf("seed %d, call %d of kind %d with %s, %s, %+v: Redis says\n%s\nSQLite says\n%s", seed, i, kind, old, user, rule, on, want)
		}
		if chance.IntN(10) == 0 {
			server.Flush()
		}
	}
}

func apply(ctx context.Context, w *waitingLine, kind int, token, old, user, by string, rule line.Rule) (any, error) {
	switch kind {
	case 0, 1:
		if _, err := w.Admit(ctx, concert, line.Rule{}, w.now); err != nil { // who is over is swept
			return nil, err
		}
		return w.Enter(ctx, token, user, concert, w.now)
	case 2, 3:
		return w.Admit(ctx, concert, rule, w.now)
	case 4:
		return w.Complete(ctx, old, by, w.now)
	case 5:
		return w.Restore(ctx, old, by, w.now)
	case 6:
		return w.End(ctx, old, line.Cancelled, w.now)
	}
	if _, err := w.Admit(ctx, concert, line.Rule{}, w.now); err != nil {
		return nil, err
	}
	return w.Look(ctx, old, w.now)
}

func TestAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	if _, err := line.NewRedis(line.RedisConfig{URL: "localhost"}); err == nil || !strings.Contains(err.Error(), "redis://") {
		t.Errorf("it says %v", err)
	}
	b := openBook(t, filepath.Join(t.TempDir(), "queue.db"))
	r, err := line.NewRedis(line.RedisConfig{URL: "redis://127.0.0.1:1/0", Database: b, Read: b.Read, Logger: slog.New(slog.DiscardHandler)})
	must(t, err) // the server may come later
	if _, err := r.Look(t.Context(), "t", start); !errors.Is(err, line.ErrUnavailable) {
		t.Errorf("it says %v", err)
	}
	for range 2 {
		must(t, r.Close())
	}
}
