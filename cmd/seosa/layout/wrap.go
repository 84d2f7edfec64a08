package layout

import "strings"

// Wrap breaks a text at its spaces into lines of at most width cells, each after indent spaces. A
// word that is longer than a line stands alone on one.
func Wrap(text string, width, indent int) string {
	margin := strings.Repeat(" ", indent)
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		n := Width(word)
		switch {
		case used == 0:
			b.WriteString(margin)
			used = indent
		case used+1+n > width:
			b.WriteString("\n" + margin)
			used = indent
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
