package load

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) {
	if Child() {
		return
	}
	os.Exit(m.Run())
}

// overheard notes the places that a venue makes.
type overheard struct {
	Venue
	places []string
}

func (o *overheard) Fresh(ctx context.Context) (string, error) {
	place, err := o.Venue.Fresh(ctx)
	o.places = append(o.places, place)
	return place, err
}

func openVenue(t *testing.T) *overheard {
	t.Helper()
	v, err := OpenPostgres(t.Context(), os.Getenv("SAGA_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return &overheard{Venue: v}
}

func smallPlan(t *testing.T, v Venue) Plan {
	return Plan{
		Venue: v, Rounds: 2, Length: 50 * time.Millisecond, Callers: []int{1, 8},
		Workloads:   []Workload{W1(), W2(), W3()},
		Contestants: []Contestant{Bare(), Naive(), NaiveMin(), Append()}, Progress: io.Discard,
	}
}

func TestEveryCaseEndsRightAndIsReported(t *testing.T) {
	v := openVenue(t)
	p := smallPlan(t, v)
	results, err := p.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := p.Rounds * len(p.Callers) * (3*3 + 1); len(results) != want {
		t.Fatalf("%d results, want %d", len(results), want)
	}
	for _, r := range results {
		if r.Sagas == 0 || r.Rate <= 0 || r.P50 <= 0 || r.P99 < r.P50 {
			t.Errorf("%s, c=%d, %s: nothing measured: %+v", r.Workload.Name, r.Callers, r.Contestant, r)
		}
		if r.Contestant != "bare HTTP" && (r.Database.WAL <= 0 || r.Database.Transactions <= 0) {
			t.Errorf("%s, c=%d, %s: it wrote nothing: %+v", r.Workload.Name, r.Callers, r.Contestant, r.Database)
		}
	}
	r := Report{Title: "t", Where: "here", Baseline: "naive-min", Groups: Summarise(results, "naive-min"), Results: results}
	checkReport(t, r)
	dropped(t, v.places)
}

func checkReport(t *testing.T, r Report) {
	t.Helper()
	var table strings.Builder
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := errors.Join(r.WriteResults(filepath.Join(dir, "r.md")), r.WriteChart(filepath.Join(dir, "c.svg"))); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteResults(filepath.Join(dir, "r.md")); err == nil {
		t.Error("results were overwritten")
	}
	written, err := os.ReadFile(filepath.Join(dir, "r.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"naive", "naive-min", "append"} {
		if n := strings.Count(table.String(), "  "+c+" "); n != len(r.Groups) {
			t.Errorf("the table names %q %d times, want %d:\n%s", c, n, len(r.Groups), table.String())
		}
		if n := strings.Count(string(written), "| "+c+" |"); n != len(r.Groups)+2*len(r.Groups) {
			t.Errorf("the file names %q %d times:\n%s", c, n, written)
		}
	}
	drawn, err := os.ReadFile(filepath.Join(dir, "c.svg"))
	if err != nil || xml.Unmarshal(drawn, new(struct{})) != nil {
		t.Errorf("no picture: %v\n%s", err, drawn)
	}
	for _, l := range r.Groups[0].Lines {
		if !strings.Contains(string(drawn), ">"+thousands(l.Rate.Median)+"<") {
			t.Errorf("the chart does not say that %s makes %s", l.Contestant, thousands(l.Rate.Median))
		}
	}
}

// dropped wants none of the places to be there any more.
func dropped(t *testing.T, places []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), os.Getenv("SAGA_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, place := range places {
		_, name, _ := strings.Cut(place, "search_path=")
		var left int
		err := conn.QueryRow(t.Context(), `select count(*) from pg_namespace where nspname = $1`, name).Scan(&left)
		if err != nil || left > 0 || name == "" {
			t.Errorf("%s was left behind (%v)", place, err)
		}
	}
}

// forgetful answers every tenth saga without having run it.
type forgetful struct {
	Runner
	n atomic.Int64
}

func (f *forgetful) Saga(ctx context.Context, id string) error {
	if f.n.Add(1)%10 == 0 {
		return nil
	}
	return f.Runner.Saga(ctx, id)
}

func TestContestantThatSkipsWorkIsCaught(t *testing.T) {
	v := openVenue(t)
	for _, honest := range []Contestant{Bare(), Naive(), NaiveMin(), Append()} {
		p := smallPlan(t, v)
		lying := honest
		lying.Open = func(ctx context.Context, c Case) (Runner, error) {
			r, err := honest.Open(ctx, c)
			return &forgetful{Runner: r}, err
		}
		p.Contestants, p.Callers = []Contestant{lying}, []int{8}
		if _, err := p.Play(t.Context()); err == nil || !strings.Contains(err.Error(), "wrong outcome") {
			t.Errorf("%s: %v, want a wrong outcome", honest.Name, err)
		}
	}
	dropped(t, v.places)
}

// turned answers as the participant of another workload would.
type turned struct {
	Participant
	refuses int
}

func (p turned) Act(ctx context.Context, id string, step int) error {
	_ = p.Participant.Act(ctx, id, step) // it counts; what it says is not passed on
	if step == p.refuses {
		return ErrRefused
	}
	return nil
}

func TestWrongEndIsCaught(t *testing.T) {
	v := openVenue(t)
	for _, honest := range []Contestant{Naive(), NaiveMin(), Append()} {
		for _, w := range []Workload{W1(), W3()} {
			p := smallPlan(t, v)
			turning := honest
			turning.Open = func(ctx context.Context, c Case) (Runner, error) {
				c.Participant = turned{c.Participant, W1().Refuses + W3().Refuses - w.Refuses}
				return honest.Open(ctx, c)
			}
			p.Workloads, p.Contestants = []Workload{w}, []Contestant{turning}
			if _, err := p.Play(t.Context()); err == nil || !strings.Contains(err.Error(), "wrong outcome") {
				t.Errorf("%s, %s: %v, want a wrong outcome", honest.Name, w.Name, err)
			}
		}
	}
}

func TestPreloadedSagasAreThereAndAreToldApart(t *testing.T) {
	p := smallPlan(t, openVenue(t))
	p.Rounds, p.Callers, p.Preload = 1, []int{4}, 300
	p.Profiles = t.TempDir()
	if _, err := p.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if profiles, err := os.ReadDir(p.Profiles); err != nil || len(profiles) != 10 {
		t.Errorf("%d profiles, %v; want one for each case", len(profiles), err)
	}
	without := Naive()
	without.Preload = nil
	p.Contestants = []Contestant{without}
	if _, err := p.Play(t.Context()); err == nil || !strings.Contains(err.Error(), "preload") {
		t.Errorf("%v, want to hear that it cannot be preloaded", err)
	}
}

// An interrupt leaves nothing in the database either.
func TestInterruptDropsThePlace(t *testing.T) {
	v := openVenue(t)
	ctx, stop := context.WithCancel(t.Context())
	p := smallPlan(t, v)
	stopping := Naive()
	stopping.Open = func(ctx context.Context, c Case) (Runner, error) {
		r, err := Naive().Open(ctx, c)
		stop()
		return r, err
	}
	p.Contestants = []Contestant{stopping}
	if _, err := p.Play(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want to hear of the interrupt", err)
	}
	dropped(t, v.places)
}
