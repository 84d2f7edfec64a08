package scenario

import (
	"fmt"
	"strings"
)

// Names lists the ids of all rows, for people.
func Names() string {
	var names []string
	for _, row := range Rows() {
		names = append(names, row.ID)
	}
	return strings.Join(names, ", ")
}

// Find returns rows by their ids or the beginnings of such, "A-48" or "a-48-late", in the order of the
// table; all of them if there are none. The error names the ids that there are.
func Find(ids ...string) ([]Row, error) {
	all := Rows()
	if len(ids) == 0 {
		return all, nil
	}
	chosen := map[string]bool{}
	for _, id := range ids {
		found := false
		for _, row := range all {
			if begins(row.ID, id) {
				chosen[row.ID], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no row %q; the rows are %s", id, Names())
		}
	}
	var found []Row
	for _, row := range all {
		if chosen[row.ID] {
			found = append(found, row)
		}
	}
	return found, nil
}

// begins reports whether an id is what was asked for, or goes on after it with a further word.
func begins(id, asked string) bool {
	rest, is := strings.CutPrefix(strings.ToLower(id), strings.ToLower(asked))
	return is && (rest == "" || rest[0] == '-')
}
