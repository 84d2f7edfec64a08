package layout

import (
	"cmp"
	"fmt"
	"strings"
)

// Cell is one value of a row. Text must be safe to print; see [Text].
type Cell struct {
	Text  string
	Style Style
	Right bool // figures stand under each other at their end
	Over  bool // runs on over the columns to its right, and makes none of them wider
}

// Table is rows with columns as wide as their widest cell. The zero value is an empty table
// without a head.
type Table struct {
	Head   []string // printed if there is a row
	Indent int      // spaces before each row
	Inset  int      // spaces before what stands below a row; 4 more than Indent if zero

	rows []row
}

type row struct {
	cells []Cell
	below []string
}

// Add adds a row. Trailing cells may be missing.
func (t *Table) Add(cells ...Cell) { t.rows = append(t.rows, row{cells: cells}) }

// Below puts a paragraph under the row that was added last, indented and as wide as prose may be.
// Further ones follow below it.
func (t *Table) Below(text string) {
	last := &t.rows[len(t.rows)-1]
	last.below = append(last.below, text)
}

// Print writes the table. Every write goes to s as a whole line.
func (t *Table) Print(s Screen) {
	if len(t.rows) == 0 {
		return
	}
	widths := t.widths()
	if len(t.Head) > 0 {
		head := make([]Cell, len(t.Head))
		for i, name := range t.Head {
			head[i] = Cell{Text: name, Style: Dim, Right: t.rows[0].right(i)}
		}
		fmt.Fprintln(s, t.line(s, head, widths))
	}
	for _, r := range t.rows {
		fmt.Fprintln(s, t.line(s, r.cells, widths))
		for _, text := range r.below {
			fmt.Fprintln(s, Wrap(text, s.Prose(), cmp.Or(t.Inset, t.Indent+4)))
		}
	}
}

func (r row) right(i int) bool { return i < len(r.cells) && r.cells[i].Right }

func (t *Table) widths() []int {
	widths := make([]int, len(t.Head))
	for i, name := range t.Head {
		widths[i] = Width(name)
	}
	for _, r := range t.rows {
		for i, c := range r.cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if !c.Over {
				widths[i] = max(widths[i], Width(c.Text))
			}
		}
	}
	return widths
}

// line joins cells by two spaces; a column in which nothing stands takes no place.
func (t *Table) line(s Screen, cells []Cell, widths []int) string {
	var b strings.Builder
	gap := strings.Repeat(" ", t.Indent)
	for i, c := range cells {
		if widths[i] == 0 && !c.Over {
			continue
		}
		fill := strings.Repeat(" ", max(0, widths[i]-Width(c.Text)))
		if c.Right {
			gap, fill = gap+fill, ""
		}
		if c.Text != "" {
			b.WriteString(gap)
			b.WriteString(s.Paint(c.Style, c.Text))
			gap = ""
		}
		gap += fill + "  "
	}
	return b.String()
}
