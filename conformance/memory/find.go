package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
)

// The limits that [saga.Filter] documents.
const (
	findDefault = 100
	findMost    = 1000
)

// Find implements [saga.Reader].
func (r reader) Find(ctx context.Context, f saga.Filter) (rows []saga.Row, err error) {
	err = r.s.do(ctx, func(d *data) error {
		after, there := d.rows[f.After]
		if f.After != "" && !there {
			return nil
		}
		for _, row := range d.rows {
			if matches(row, f) && (f.After == "" || listed(after, row) < 0) {
				rows = append(rows, copyRow(row))
			}
		}
		return nil
	})
	slices.SortFunc(rows, listed)
	limit := findDefault
	if f.Limit > 0 {
		limit = min(f.Limit, findMost)
	}
	return rows[:min(len(rows), limit)], err
}

// listed is the order of a list: latest start first.
func listed(a, b saga.Row) int { return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID)) }

func matches(r saga.Row, f saga.Filter) bool {
	return (len(f.IDs) == 0 || slices.Contains(f.IDs, r.ID)) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.Status)) &&
		(f.Definition == "" || f.Definition == r.Definition) &&
		(f.Reason == "" || f.Reason == r.Reason) &&
		(f.Step == "" || f.Step == r.Step) &&
		(f.Text == "" || contains(r.ID, f.Text) || contains(string(r.Data), f.Text)) &&
		(f.Stood.IsZero() || !r.Since.After(micros(f.Stood))) &&
		(f.Before.IsZero() || r.Started.Before(micros(f.Before)))
}

// contains looks for text whatever the case of ASCII letters.
func contains(s, text string) bool { return strings.Contains(lower(s), lower(text)) }

// lower changes ASCII letters only, byte by byte: the rest may be no text at all.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
