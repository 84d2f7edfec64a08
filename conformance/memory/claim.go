package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/seosa-dev/saga"
)

// Claim implements [saga.Instances].
func (in instances) Claim(ctx context.Context, c saga.Claim) (got saga.Claimed, err error) {
	err = in.s.do(ctx, func(d *data) error {
		wanted := d.wanted()
		for _, r := range d.rows {
			if d.claimable(r, c, wanted) {
				got.Rows = append(got.Rows, copyRow(r))
			}
		}
		slices.SortFunc(got.Rows, compareDue)
		got.Rows = got.Rows[:min(len(got.Rows), max(c.Limit, 0))]
		for _, r := range got.Rows {
			r.Owner = c.Node
			d.rows[r.ID] = copyRow(r)
		}
		if len(c.IDs) == 0 {
			got.Commands = d.deliverable(c)
		}
		return nil
	})
	return got, err
}

func (d *data) claimable(r saga.Row, c saga.Claim, wanted map[string]bool) bool {
	own := c.Own && r.Owner == c.Node
	if !r.Live || !own && r.Owner != "" && !d.drained(r.Owner) {
		return false
	}
	if len(c.IDs) > 0 {
		return slices.Contains(c.IDs, r.ID)
	}
	return own || wanted[r.ID] || !r.Due.IsZero() && !r.Due.After(micros(c.Due))
}

// wanted returns the instances for which a command waits.
func (d *data) wanted() map[string]bool {
	ids := map[string]bool{}
	for _, cmd := range d.commands {
		if !cmd.answered {
			ids[cmd.Instance] = true
		}
	}
	return ids
}

// deliverable returns the waiting commands that the node may be told, after its claim.
func (d *data) deliverable(c saga.Claim) (told []saga.Command) {
	oldestFirst := func(a, b command) int { return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.ID, b.ID)) }
	for _, cmd := range slices.SortedFunc(maps.Values(d.commands), oldestFirst) {
		r, there := d.rows[cmd.Instance]
		if len(told) < c.Limit && !cmd.answered && there && (!r.Live || r.Owner == c.Node) {
			out := cloneCommand(cmd.Command)
			out.Ended = !r.Live
			told = append(told, out)
		}
	}
	return told
}

// compareDue puts what is never due last.
func compareDue(a, b saga.Row) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		if a.Due.IsZero() {
			return 1
		}
		return -1
	}
	return a.Due.Compare(b.Due)
}
