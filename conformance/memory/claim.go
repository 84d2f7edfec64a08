package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// Claim implements [saga.Instances].
func (in instances) Claim(ctx context.Context, c saga.Claim) (got saga.Claimed, err error) {
	err = in.s.do(ctx, func(d *data) error {
		got.Rows = d.claimable(c)
		taken := map[string]bool{}
		for _, r := range got.Rows {
			taken[r.ID] = true
			if r.Owner != c.Node {
				r.Former = r.Owner
			}
			r.Owner = c.Node
			d.rows[r.ID] = copyRow(r)
		}
		got.Commands, got.More = d.told(c, taken)
		if len(c.IDs) == 0 && !c.Wanted && len(got.Rows) < c.Limit {
			got.Next = d.next(c.Due)
		}
		return nil
	})
	return got, err
}

// claimable returns copies of the rows for a claim. What is due or the node's own goes before what
// only a command wakes; of those the oldest command's goes first.
func (d *data) claimable(c saga.Claim) (rows []saga.Row) {
	chosen := map[string]bool{}
	for _, r := range d.rows {
		if d.asked(r, c) {
			chosen[r.ID] = true
			rows = append(rows, copyRow(r))
		}
	}
	slices.SortFunc(rows, compareDue)
	rows = rows[:min(len(rows), max(c.Limit, 0))]
	for _, cmd := range d.waiting() {
		r, there := d.rows[cmd.Instance]
		if len(c.IDs) == 0 && len(rows) < c.Limit && there && !chosen[r.ID] && r.Live && d.free(r) {
			chosen[r.ID] = true
			rows = append(rows, copyRow(r))
		}
	}
	slices.SortFunc(rows, compareDue)
	return rows
}

// next is when the next row that anybody may claim falls due after a time; zero if none does.
func (d *data) next(after time.Time) (next time.Time) {
	for _, r := range d.rows {
		if r.Live && d.free(r) && r.Due.After(micros(after)) && (next.IsZero() || r.Due.Before(next)) {
			next = r.Due
		}
	}
	return next
}

// asked reports whether a claim is for a row whatever commands wait.
func (d *data) asked(r saga.Row, c saga.Claim) bool {
	own := c.Own && r.Owner == c.Node
	if !r.Live || !own && !d.free(r) {
		return false
	}
	if len(c.IDs) > 0 {
		return slices.Contains(c.IDs, r.ID)
	}
	return own || !c.Wanted && !r.Due.IsZero() && !r.Due.After(micros(c.Due))
}

// free reports whether nobody holds a row.
func (d *data) free(r saga.Row) bool { return r.Owner == "" || d.drained(r.Owner) }

// waiting returns the commands that have no answer, oldest first.
func (d *data) waiting() []command {
	all := slices.SortedFunc(maps.Values(d.commands), func(a, b command) int { return oldestFirst(a.Command, b.Command) })
	return slices.DeleteFunc(all, func(cmd command) bool { return cmd.answered })
}

// told returns the commands that go with the rows which a claim took, and whether the limit cut some
// others off.
func (d *data) told(c saga.Claim, taken map[string]bool) (told []saga.Command, more bool) {
	after := c.After
	after.Sent = micros(after.Sent)
	others := 0
	for _, cmd := range d.waiting() {
		r, there := d.rows[cmd.Instance]
		if !taken[cmd.Instance] {
			if len(c.IDs) > 0 || !there || r.Live && r.Owner != c.Node || oldestFirst(cmd.Command, after) <= 0 {
				continue
			}
			if others++; others > c.Limit {
				more = true
				continue
			}
		}
		out := cloneCommand(cmd.Command)
		out.Ended = !r.Live
		told = append(told, out)
	}
	return told, more
}

func oldestFirst(a, b saga.Command) int {
	return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.ID, b.ID))
}

// compareDue puts what is never due last.
func compareDue(a, b saga.Row) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		if a.Due.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) // no order of a map, so that a seed gives the same run
}
