package saga

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// mistakes is what is wrong with a definition, whoever found it.
type mistakes []mistake

type mistake struct {
	step int // by index: that it is about, or that it stands before; wholeDefinition if none
	err  error
}

// wholeDefinition comes before all steps.
const wholeDefinition = -1

// at notes what is wrong with a step, or with the whole.
func (m *mistakes) at(step int) func(format string, args ...any) {
	return func(format string, args ...any) {
		*m = append(*m, mistake{step, fmt.Errorf(format, args...)})
	}
}

// error joins mistakes, a line each, in the order of the steps; nil if there are none.
func (m mistakes) error(definition string) error {
	switch len(m) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%w: definition %q: %w", ErrInvalid, definition, m[0].err)
	}
	sorted := slices.Clone(m)
	slices.SortStableFunc(sorted, func(a, b mistake) int { return cmp.Compare(a.step, b.step) })
	lines := make([]string, len(m))
	for i := range sorted {
		lines[i] = sorted[i].err.Error()
	}
	return fmt.Errorf("%w: definition %q has %d mistakes:\n\t%s", ErrInvalid, definition, len(m), strings.Join(lines, "\n\t"))
}
