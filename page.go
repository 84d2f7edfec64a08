package saga

// page is the journal row that the batch will be, written entry by entry while the last row is under
// way: nothing is left to copy when its turn comes, and what the history keeps is a part of it.
type page struct {
	text   []byte
	usual  int // size of a row, lately
	before int // how many of the batch came before what is written here
}

// add writes an entry and returns its text, which nobody changes any more.
func (p *page) add(e *entry) []byte {
	if p.text == nil {
		p.text = appendHead(make([]byte, 0, p.usual+p.usual/4+500))
	} else {
		p.text = append(p.text, ',')
	}
	from := len(p.text)
	p.text = e.appendJSON(p.text)
	return p.text[from:len(p.text):len(p.text)]
}

// take returns the row of the batch's first entries, after which rest are left. It is what is
// written, unless a row was full.
func (p *page) take(encoded [][]byte, rest int) []byte {
	if len(encoded) > 0 && rest == 0 && p.before == 0 {
		row := append(p.text, wrapEnd...)
		*p = page{usual: max(len(row), p.usual/2)}
		return row
	}
	if len(encoded) > p.before {
		*p = page{usual: p.usual, before: rest}
	} else {
		p.before -= len(encoded)
	}
	return wrap(encoded)
}
