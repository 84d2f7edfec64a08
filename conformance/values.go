package conformance

import (
	"bytes"
	"time"

	"github.com/seosa-dev/saga"
)

// noon is when things happen in the checks; its last digit is a microsecond.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 123457000, time.UTC) }

func entry(node string, pos int64, entries string, starts ...saga.StartKey) saga.Append {
	return saga.Append{Node: node, Position: pos, Entries: []byte(entries), Starts: owned(node, pos, starts)}
}

// owned fills in what the contract says about the starts of an append.
func owned(node string, pos int64, starts []saga.StartKey) []saga.StartKey {
	var out []saga.StartKey
	for _, k := range starts {
		k.Node, k.Position = node, pos
		out = append(out, k)
	}
	return out
}

// start is a key as a start has it before it is appended.
func start(id string) saga.StartKey {
	return saga.StartKey{ID: id, Definition: "order", Hash: []byte("hash of " + id)}
}

// sleeping is a live row that nobody owns and that is due at noon.
func sleeping(id string) saga.Row {
	return saga.Row{
		ID: id, Definition: "order", Version: 1, Status: saga.Running, Live: true,
		Due: noon(), Started: noon().Add(-time.Hour), Updated: noon().Add(-time.Minute),
		Since: noon().Add(-time.Hour), Step: "pay",
		Data: []byte("data of " + id),
	}
}

// ended is a row that will never move again.
func ended(id string) saga.Row {
	r := sleeping(id)
	r.Status, r.Live, r.Due = saga.Completed, false, time.Time{}
	r.Since, r.Step = r.Updated, ""
	return r
}

// heldBy is a live row that a node owns.
func heldBy(node, id string) saga.Row {
	r := sleeping(id)
	r.Owner = node
	return r
}

// due is a sleeping row with a due time so many seconds from noon.
func due(id string, seconds int) saga.Row {
	r := sleeping(id)
	r.Due = noon().Add(time.Duration(seconds) * time.Second)
	return r
}

// sameRow compares two rows, times to the microsecond.
func sameRow(a, b saga.Row) bool {
	near := func(x, y time.Time) bool { return x.Truncate(time.Microsecond).Equal(y.Truncate(time.Microsecond)) }
	return a.ID == b.ID && a.Definition == b.Definition && a.Version == b.Version &&
		a.Status == b.Status && a.Live == b.Live && a.Owner == b.Owner && a.Former == b.Former &&
		near(a.Due, b.Due) && near(a.Started, b.Started) && near(a.Updated, b.Updated) && near(a.Since, b.Since) &&
		a.Reason == b.Reason && a.Step == b.Step &&
		bytes.Equal(a.Data, b.Data)
}

func ids(rows []saga.Row) []string {
	list := []string{}
	for _, r := range rows {
		list = append(list, r.ID)
	}
	return list
}
