//go:build unix

package killtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
)

const (
	callers  = 8
	endLimit = 2 * time.Minute // for the last saga to end, and the outbox to empty
)

// site is where all lives take place.
type site struct {
	t             *testing.T
	sagas, work   string        // databases
	calm          time.Duration // between kills, at most
	calls, starts string        // addresses
	rng           *rand.Rand
	tally         tally
	lives         map[string]*life

	mu   sync.Mutex
	open map[string]bool // acknowledged, and its caller waits for its end
	all  []string        // acknowledged
}

// newSite has ports that the system does not give to outgoing connections.
func newSite(t *testing.T, sagas, work string, calm time.Duration) *site {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := &site{
		t: t, sagas: sagas, work: work, calm: calm, rng: rand.New(rand.NewPCG(seed, 1)),
		tally: tally{counts: map[string]int{}}, lives: map[string]*life{}, open: map[string]bool{},
	}
	for _, to := range []*string{&s.calls, &s.starts} {
		for *to == "" {
			if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(15000+rand.IntN(15000))); err == nil {
				defer l.Close()
				*to = l.Addr().String()
			}
		}
	}
	return s
}

// TestKilledByMessage kills engine, participant and relay while sagas run by message, and then lets
// them live: every saga ends, and every effect was there once.
func TestKilledByMessage(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		folder := t.TempDir()
		killing(t, newSite(t, filepath.Join(folder, "sagas.db"), filepath.Join(folder, "work.db"), 350*time.Millisecond))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		// An engine that is started again waits for the lease of the one before.
		killing(t, newSite(t, pgtest.URL(t), pgtest.URL(t), 2*time.Second))
	})
}

func killing(t *testing.T, s *site) {
	first, err := openService(t.Context(), s.work) // so that two children do not make its tables at once
	if err != nil {
		t.Fatal(err)
	}
	first.close()
	for _, role := range []string{theService, theEngine, theRelay} {
		s.revive(role)
	}
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	for i := range callers {
		crowd.Go(func() { s.call(ctx, i) })
	}
	began := time.Now()
	hits := 0
	for i := range kills(t) {
		pass(50*time.Millisecond + time.Duration(s.rng.Int64N(int64(s.calm))))
		hits += s.kill(i)
	}
	for struck := time.Now(); len(s.missing()) > 0 && time.Since(struck) < endLimit; {
		pass(100 * time.Millisecond)
	}
	stop()
	crowd.Wait()
	took := time.Since(began)
	s.finish(t.Context())
	for _, l := range s.lives {
		l.kill()
	}
	ends := s.check(t.Context())
	t.Logf("%d sagas in %v of kills, %v until all had ended; at the kills %d of them were under way\n%s%s",
		len(s.all), took.Round(time.Second), (time.Since(began) - took).Round(time.Millisecond), hits, &s.tally, ends)
	for _, what := range s.missing() {
		t.Errorf("there were no %s", what)
	}
	if n := s.tally.of(saysPoison); n > 0 || hits == 0 {
		t.Errorf("%d %s; at the kills %d sagas were under way", n, saysPoison, hits)
	}
}

func (s *site) revive(role string) { s.lives[role] = s.live(role, s.rng.Uint64()) }

// kill ends one child after the other, or two, or all three, and starts others. It returns how many
// sagas were under way.
func (s *site) kill(n int) int {
	s.t.Helper()
	s.mu.Lock()
	open := len(s.open)
	s.mu.Unlock()
	roles := []string{theEngine, theService, theRelay, theEngine, theService}
	victims := roles[n%3:][:1+max(0, s.rng.IntN(6)-3)]
	for _, role := range victims {
		s.lives[role].kill()
		s.tally.note("kills")
		s.tally.note("kills of the " + role)
	}
	for _, role := range victims {
		pass(time.Duration(s.rng.IntN(100)) * time.Millisecond)
		s.revive(role)
	}
	return open
}

// call starts one saga after the other, each when the one before has ended or has taken long.
func (s *site) call(ctx context.Context, caller int) {
	for n := 0; ctx.Err() == nil; n++ {
		id := fmt.Sprintf("s%d-%d", caller, n)
		for ctx.Err() == nil && !s.start(ctx, id) {
			pass(10 * time.Millisecond)
		}
		for range 50 {
			if ctx.Err() != nil || s.stands(ctx, id).Ended() {
				break
			}
			pass(20 * time.Millisecond)
		}
		s.mu.Lock()
		delete(s.open, id)
		s.mu.Unlock()
	}
}

func (s *site) ask(ctx context.Context, method, path, id string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.starts+path+"?id="+url.QueryEscape(id), nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(request)
}

// start reports whether the instance is acknowledged.
func (s *site) start(ctx context.Context, id string) bool {
	response, err := s.ask(ctx, http.MethodPost, "/start", id)
	if err != nil {
		return false
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[id] = true
	s.all = append(s.all, id)
	return true
}

// stands returns an instance's status; "" if nobody says.
func (s *site) stands(ctx context.Context, id string) saga.Status {
	response, err := s.ask(ctx, http.MethodGet, "/stand", id)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	var in saga.Instance
	if err := json.NewDecoder(response.Body).Decode(&in); err != nil || response.StatusCode != http.StatusOK {
		return ""
	}
	return in.Status
}

func pass(d time.Duration) { <-time.After(d) }
