//go:build unix

package nodetest_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

// restLimit is how long the last saga may take to its end once nothing fails any more.
const restLimit = time.Minute

// finish waits until every saga has ended, and then holds the store against the participants and
// against what the callers were told. All nodes run.
func (f *fleet) finish() {
	f.t.Helper()
	faultless := time.Now()
	store, err := postgres.Visit(f.t.Context(), f.store)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	r := reader{f, engineOf(f.t, store)}
	r.rest()
	took := time.Since(faultless)
	f.leave()
	eventually(f.t, 10*time.Second, "the last call to arrive", f.desk.idle)
	r.check(r.read())
	f.t.Logf("the last saga had ended %v after the last fault", took.Round(time.Millisecond))
	f.t.Logf("\n%s%s", f.tally, list(f.desk.struck))
	if f.loaded {
		f.desk.wantAll()
	}
}

// engineOf makes an engine that reads and never runs.
func engineOf(t *testing.T, store saga.Store) *saga.Engine {
	t.Helper()
	none := func(saga.CallKind, place) saga.Func[parcel] {
		return func(context.Context, *parcel, saga.Attempt) error { return saga.Unknown }
	}
	defs := definitions(none)
	engine, err := saga.New(store, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, defs["replay"], defs["probe"], defs["pivot"])
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// reader looks at the store when the faults are over.
type reader struct {
	*fleet
	engine *saga.Engine
}

// rest waits until all instances have ended. One that needs attention because its attempts are used
// up is started again, as its owner would do it; for any other reason it must not.
func (r reader) rest() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), restLimit)
	defer cancel()
	for quiet, known := 0, 0; quiet < 3; { // what nobody was told of may be in a journal only
		all := r.read()
		open := r.open(all)
		if quiet++; open != "" || len(all) != known {
			quiet, known = 0, len(all)
		}
		if !pass(ctx, 100*time.Millisecond) {
			r.t.Fatalf("%v after the last fault not all sagas have ended: %s\n%s", restLimit, open, r.tally)
		}
	}
}

// open says which instance has not ended; "" if all have.
func (r reader) open(all map[string]saga.Instance) (open string) {
	r.t.Helper()
	for _, in := range all {
		if in.Status == saga.NeedsAttention {
			r.resume(in)
		}
		if !in.Status.Ended() {
			open = in.Explain()
		}
	}
	ids, _ := r.book.ids()
	for _, id := range ids {
		if _, there := all[id]; !there && r.book.starts[id].acknowledged {
			open = id + " was acknowledged and has no row"
		}
	}
	return open
}

func (r reader) resume(in saga.Instance) {
	if in.Reason != saga.InDoubt && in.Reason != saga.CannotFinish && in.Reason != saga.UndoUnfinished {
		r.t.Fatalf("nothing that was done to %s explains that it is %q: %s", in.ID, in.Reason, in.Explain())
	}
	r.tally.note("sagas that needed attention, and a person")
	r.book.mu.Lock()
	o := r.book.starts[in.ID]
	r.book.mu.Unlock()
	client{r.fleet, r.rng, newHTTP(), false}.start(o, r.any())
}

// read finds all instances that were ever asked for.
func (r reader) read() map[string]saga.Instance {
	r.t.Helper()
	all := map[string]saga.Instance{}
	ids, _ := r.book.ids()
	for page := range slices.Chunk(ids, 500) {
		found, err := r.engine.Find(r.t.Context(), saga.Filter{IDs: page, Limit: 1000})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, in := range found {
			all[in.ID] = in
		}
	}
	return all
}

// check is what must hold in the end.
func (r reader) check(all map[string]saga.Instance) {
	r.t.Helper()
	ids, acknowledged := r.book.ids()
	handed, overlaps := 0, 0
	for _, id := range ids {
		in, there := all[id]
		if !there {
			if r.book.starts[id].acknowledged {
				r.t.Errorf("%s was acknowledged and is lost", id)
			}
			if visits := r.desk.visits[id]; len(visits) > 0 {
				r.t.Errorf("%s was called %d times and is in no store", id, len(visits))
			}
			continue
		}
		recovered, holders := r.history(in)
		h, o := r.oneOwner(in, recovered, holders)
		handed, overlaps = handed+h, overlaps+o
		r.effects(in)
	}
	ended, _ := r.engine.Count(r.t.Context())
	r.t.Logf("%d sagas asked for, %d acknowledged, %d there: %v; %d went to another node, at %d calls both nodes called at once",
		len(ids), acknowledged, len(all), ended, handed, overlaps)
	if acknowledged == 0 {
		r.t.Error("no start was acknowledged, which proves nothing")
	}
}

// history wants an instance's transitions without gaps, and returns when it was recovered and how
// often it was given to another holder.
func (r reader) history(in saga.Instance) (recovered []time.Time, holders int) {
	r.t.Helper()
	events, err := r.engine.History(r.t.Context(), in.ID)
	if err != nil {
		r.t.Errorf("%s: %v", in.ID, err)
		return nil, 1
	}
	holders = 1
	for i, e := range events {
		if e.Seq != i+1 {
			r.t.Errorf("%s: transition %d of the history has number %d", in.ID, i+1, e.Seq)
		}
		switch e.Kind {
		case saga.EventRecovered:
			recovered = append(recovered, e.At)
			holders++
		case saga.EventReleased:
			holders++
		}
	}
	if last := events[len(events)-1]; last.Seq != in.Seq || last.Status != in.Status {
		r.t.Errorf("%s is %s after %d transitions, and its history says %s after %d", in.ID, in.Status, in.Seq, last.Status, last.Seq)
	}
	return recovered, holders
}

// oneOwner wants no two nodes to call for one instance but because of a takeover: as many nodes as it
// had holders by its history, and calls at once only if it was recovered before the later one.
func (r reader) oneOwner(in saga.Instance, recovered []time.Time, holders int) (handed, overlaps int) {
	r.t.Helper()
	visits := r.desk.visits[in.ID]
	lives := map[string]bool{}
	for i, v := range visits {
		lives[v.life] = true
		for _, before := range visits[:i] {
			if before.life == v.life || !v.begun.Before(before.end) {
				continue
			}
			overlaps++
			if !slices.ContainsFunc(recovered, func(at time.Time) bool { return at.Before(v.begun) }) {
				r.t.Errorf("%s: %s called at %v while %s called, and it was not taken over", in.ID, v.life, v.begun, before.life)
			}
		}
	}
	if len(lives) > holders {
		r.t.Errorf("%s was called for by %d nodes and had %d holders", in.ID, len(lives), holders)
	}
	if len(lives) > 1 {
		handed = 1
	}
	return handed, overlaps
}

// effects holds what the participants did against how the instance ended.
func (r reader) effects(in saga.Instance) {
	r.t.Helper()
	var done []*effect // of each step that took effect once, in the order of the plan
	for _, at := range plans()[in.Definition] {
		done = append(done, r.effectsOf(in, at)...)
	}
	switch {
	case !in.Status.Ended():
		r.wrong(in, "it has not ended")
	case in.Status == saga.Completed:
		if len(done) != len(plans()[in.Definition]) {
			r.wrong(in, "it is completed, and not all of its steps were done")
		}
		for _, e := range done {
			if !e.stands() {
				r.wrong(in, "it is completed, and "+e.key.String()+" is undone")
			}
		}
	default:
		for i, e := range done {
			if e.stands() {
				r.wrong(in, "it has gone back, and "+e.key.String()+" still stands")
			}
			if i > 0 && !(e.undone < done[i-1].undone) {
				r.wrong(in, e.key.String()+" was not undone before what it followed")
			}
		}
	}
	r.state(in)
}

// effectsOf returns what was done for a step, over all rounds; more than one means that it was done
// twice.
func (r reader) effectsOf(in saga.Instance, at place) (done []*effect) {
	r.t.Helper()
	for round := 0; ; round++ {
		e := r.desk.effects[saga.Key{Instance: in.ID, Step: at.step, Round: round}.String()]
		if e == nil {
			break
		}
		if e.applied > 0 {
			done = append(done, e)
		}
		if e.applied > 1 && (at.manner != counted || e.applied > 1+e.notDone) {
			r.wrong(in, e.key.String()+" was done twice")
		}
		if e.applied > 1 {
			r.tally.note("steps done twice, after their probe had not found them")
		}
	}
	if len(done) > 1 {
		r.wrong(in, at.step+" was done in two rounds")
	}
	return done
}

// state wants the stored state to tell of the same steps.
func (r reader) state(in saga.Instance) {
	r.t.Helper()
	var p parcel
	if err := json.Unmarshal(in.State, &p); err != nil {
		r.t.Errorf("%s: %v", in.ID, err)
		return
	}
	want := ""
	for _, at := range plans()[in.Definition] {
		want += at.step + " "
	}
	if in.Status == saga.Completed && p.Done != want || in.Status == saga.Failed && p.Undone != "" {
		r.wrong(in, "its state is "+string(in.State))
	}
}

// wrong reports a broken promise with all that is known.
func (r reader) wrong(in saga.Instance, what string) {
	r.t.Helper()
	var b strings.Builder
	b.WriteString(in.ID + ": " + what + "\n" + in.Explain())
	for _, at := range plans()[in.Definition] {
		for round := 0; ; round++ {
			e := r.desk.effects[saga.Key{Instance: in.ID, Step: at.step, Round: round}.String()]
			if e == nil {
				break
			}
			b.WriteString("\n" + e.key.String() + "\n  " + strings.Join(e.story, "\n  "))
		}
	}
	if events, err := r.engine.History(r.t.Context(), in.ID); err == nil {
		for _, e := range events {
			b.WriteString("\n" + strings.TrimSpace(strings.Join([]string{e.At.Format("05.000"), string(e.Kind), e.Step, string(e.Call), string(e.Outcome), string(e.Status)}, " ")))
		}
	}
	r.t.Error(b.String())
}
