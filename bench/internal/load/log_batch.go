package load

// batch holds the columns of some rows.
type batch struct {
	rows   []*row
	sagas  []string
	seqs   []int
	kinds  []string
	steps  []int
	states []*string
}

func (b *batch) begin(first *row) {
	*b = batch{b.rows[:0], b.sagas[:0], b.seqs[:0], b.kinds[:0], b.steps[:0], b.states[:0]}
	b.add(first)
}

func (b *batch) add(r *row) {
	b.rows, b.sagas, b.seqs = append(b.rows, r), append(b.sagas, r.saga), append(b.seqs, r.seq)
	b.kinds, b.steps, b.states = append(b.kinds, r.kind), append(b.steps, r.step), append(b.states, r.state)
}
