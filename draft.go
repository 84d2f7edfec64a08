package saga

// draft is a checkpoint whose rows and history are not put into words yet. Whoever writes it does
// that, beside the node: what it holds is never changed in place.
type draft struct {
	Checkpoint
	rows []draftRow
}

type draftRow struct {
	of    *touch
	shape *Shape
	kept  bool // it moved on since, so its node keeps it
}

// words is the checkpoint in full. All its bytes are parts of one piece: thousands of small ones
// would be as many for the garbage collector.
func (d draft) words() Checkpoint {
	c, size := d.Checkpoint, 0
	for _, r := range d.rows {
		size += r.of.row + wrapSize(r.of.encoded)
	}
	body := make([]byte, 0, size)
	c.Rows, c.History = make([]Row, 0, len(d.rows)), make([]Chunk, 0, len(d.rows))
	for _, r := range d.rows {
		after := r.of.after
		if r.kept && after.Released {
			held := *after
			held.Released = false
			after = &held
		}
		from := len(body)
		body = after.appendRow(body)
		row := after.columns(c.Node, r.shape)
		row.Data = body[from:len(body):len(body)]
		c.Rows = append(c.Rows, row)
		from = len(body)
		body = appendWrapped(body, r.of.encoded)
		c.History = append(c.History, Chunk{ID: row.ID, Seq: r.of.first, Entries: body[from:len(body):len(body)]})
	}
	return c
}
