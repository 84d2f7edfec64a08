package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// end of an intervention at one instance.
type ending string

const (
	made    ending = "made"
	waiting ending = "waiting"
	moved   ending = "moved"
	refused ending = "refused"
)

// resultRecord is what became of one intervention as JSON.
type resultRecord struct {
	ID     string      `json:"id"`
	Result ending      `json:"result"`
	Status saga.Status `json:"status,omitempty"` // right after it was made
	Why    string      `json:"why,omitempty"`    // it was not made
}

// report tells what became of the work, and counts.
type report struct {
	*task
	want   *intent
	of     int // interventions
	column int // where the ids end
	bar    *progress
	counts map[ending]int
	n      int
	kept   []resultRecord // for JSON
}

func (t *task) newReport(w *intent, effects []saga.Effect) *report {
	r := &report{task: t, want: w, of: len(effects), bar: t.progress(t.verb), counts: map[ending]int{}, kept: []resultRecord{}}
	for _, e := range effects {
		r.column = max(r.column, layout.Width(layout.Word(e.Instance.ID)))
	}
	r.bar.at(0, r.of)
	return r
}

// add reports results. The progress makes room for them.
func (r *report) add(results []saga.Result) {
	r.bar.end()
	for _, res := range results {
		e := endingOf(res.Err)
		r.counts[e]++
		r.n++
		record := resultRecord{ID: res.ID, Result: e, Status: res.Status}
		if res.Err != nil {
			record.Why = trim(res.Err)
		}
		if r.output == outputJSON {
			r.kept = append(r.kept, record)
		} else {
			r.line(record)
		}
	}
	if r.n < r.of {
		r.bar.at(r.n, r.of)
	}
}

func endingOf(err error) ending {
	switch {
	case err == nil:
		return made
	case errors.Is(err, saga.ErrWaiting):
		return waiting
	case errors.Is(err, saga.ErrMoved):
		return moved
	}
	return refused
}

func (r *report) line(record resultRecord) {
	id := layout.Word(record.ID)
	text, style := "→ "+landing(r.want.Verb, record.Status), layout.Plain
	if record.Result != made {
		style = layout.Alert
		text = string(record.Result)
		if record.Result != waiting { // which the end says once for all
			text += ": " + layout.Text(strings.TrimPrefix(record.Why, saga.ErrMoved.Error()+": "))
		}
	}
	fmt.Fprintf(r.Out, "%s%s  %s\n", r.Out.Paint(layout.Bold, id), strings.Repeat(" ", r.column-layout.Width(id)), r.Out.Paint(style, text))
}

// end is the summary. err is what went wrong with the work as a whole.
func (r *report) end(ctx context.Context, err error) error {
	r.bar.end()
	if r.output == outputJSON {
		if err := r.json(); err != nil {
			return err
		}
	} else if r.n > 0 {
		fmt.Fprintf(r.Out, "\n%s: %s\n", layout.Count(r.n, "intervention"), r.sum())
	}
	switch {
	case ctx.Err() != nil:
		return failed(ExitInterrupted, fmt.Errorf("interrupted; %s", r.far()))
	case err != nil:
		return failed(ExitStore, fmt.Errorf("%s; look with -dry-run, then go on: %w", r.far(), err))
	case r.counts[waiting] > 0:
		return failed(ExitWaiting, errors.New(r.advice(ctx)))
	case r.counts[made] < r.n:
		return quiet(ExitRefused)
	}
	return nil
}

// sum is how many ended how.
func (r *report) sum() string {
	parts := []string{layout.Number(r.counts[made]) + " made"}
	for _, e := range []ending{moved, refused, waiting} {
		if n := r.counts[e]; n > 0 {
			parts = append(parts, layout.Number(n)+" "+string(e))
		}
	}
	return strings.Join(parts, ", ") + "."
}

// far is how much of the work is known to have been stored.
func (r *report) far() string {
	if r.n == r.of {
		return "everything was sent, and what waits is stored"
	}
	return fmt.Sprintf("%s of %s were answered or stored, and of the next %s at most it is not known",
		layout.Number(r.n), layout.Number(r.of), layout.Number(min(r.of-r.n, chunkSize*(inFlight+1))))
}

// advice says why interventions wait, and until when.
func (r *report) advice(ctx context.Context) string {
	running, err := r.running(ctx)
	if err == nil && !running {
		return "no engine runs on this store; what waits is stored, and the next engine decides it before anything else; \"seosa show ID\" tells what became of it"
	}
	return fmt.Sprintf("no answer within %v: if a call is under way, its answer is waited for first; what waits is stored, and \"seosa show ID\" tells what became of it", r.want.wait)
}

func (r *report) json() error {
	return r.printJSON(struct {
		Verb    saga.Verb      `json:"verb"`
		Asked   int            `json:"asked"`
		Made    int            `json:"made"`
		Moved   int            `json:"moved"`
		Refused int            `json:"refused"`
		Waiting int            `json:"waiting"`
		Results []resultRecord `json:"results"`
	}{r.want.Verb, r.of, r.counts[made], r.counts[moved], r.counts[refused], r.counts[waiting], r.kept})
}
