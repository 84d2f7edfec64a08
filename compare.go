package saga

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// described is what Describe writes.
type described struct {
	Format      int     `json:"format"`
	Definitions []Shape `json:"definitions"`
}

// Describe writes down what definitions look like, without their functions, as JSON. Let a new build
// of a program print it, so that [Engine.Compare], or "seosa diff", says what its deployment would
// strand. The error matches [ErrInvalid] and has all mistakes of all definitions, as that of [New].
func Describe(definitions ...AnyDefinition) ([]byte, error) {
	d := described{Format: format, Definitions: []Shape{}}
	var errs []error
	for i, def := range definitions {
		if def == nil {
			errs = append(errs, fmt.Errorf("%w: definition %d is nil", ErrInvalid, i+1))
			continue
		}
		p := def.plan()
		errs = append(errs, p.err(0))
		if slices.ContainsFunc(d.Definitions, func(s Shape) bool { return s.Name == p.shape.Name && s.Version == p.shape.Version }) {
			errs = append(errs, givenTwice(p))
		}
		d.Definitions = append(d.Definitions, p.shape)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(d.Definitions, func(a, b Shape) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return json.MarshalIndent(d, "", "  ")
}

// Fit is how one version of a definition in a store and the one of a program fit together.
type Fit string

const (
	// FitSame: the program has it as the store has.
	FitSame Fit = "same"
	// FitTuned: only deadlines, timeouts or retry policies differ. They take effect with the program.
	FitTuned Fit = "tuned"
	// FitNew: only the program has it.
	FitNew Fit = "new"
	// FitUnused: only the store has it, and no instance of it is live.
	FitUnused Fit = "unused"
	// FitStranded: only the store has it, and instances of it are live. An engine of the program that
	// claims one parks it in attention, [UnknownDefinition].
	FitStranded Fit = "stranded"
	// FitChanged: the steps differ under the same version. [Engine.Run] refuses to start.
	FitChanged Fit = "changed"
)

// Strands reports whether a program that fits so must not be deployed alone.
func (f Fit) Strands() bool { return f == FitStranded || f == FitChanged }

// Difference compares one version of one definition.
type Difference struct {
	Definition string
	Version    int
	Fit        Fit
	Live       int      // instances in the store that have not ended
	IDs        []string // of some of them, ten at most
	Changes    []string // what differs, a line each; nil if nothing does
}

// readDescribed reads what Describe wrote. What it cannot have written is refused: a comparison with
// less than the build has would say of everything else that it is stranded, or of nothing.
func readDescribed(description []byte) (d described, err error) {
	if err := json.Unmarshal(description, &d); err != nil {
		return d, fmt.Errorf("%w: that is no output of saga.Describe: %w", ErrInvalid, err)
	}
	if d.Format != format {
		return d, fmt.Errorf("%w %d in what saga.Describe wrote; this program reads %d", ErrFormat, d.Format, format)
	}
	if d.Definitions == nil {
		return d, fmt.Errorf("%w: that is no output of saga.Describe: it has no list of definitions; an empty list would do", ErrInvalid)
	}
	seen := map[shapeKey]bool{}
	for _, sh := range d.Definitions {
		key := shapeKey{sh.Name, sh.Version}
		switch {
		case sh.Name == "" || sh.Version < 1 || len(sh.Steps) == 0:
			return d, fmt.Errorf("%w: that is no output of saga.Describe: definition %q version %d with %d steps", ErrInvalid, sh.Name, sh.Version, len(sh.Steps))
		case seen[key]:
			return d, fmt.Errorf("%w: that is no output of saga.Describe: definition %q version %d stands in it twice", ErrInvalid, sh.Name, sh.Version)
		}
		seen[key] = true
	}
	return d, nil
}

// Compare says how the definitions that [Describe] wrote down fit a store, in order of name and
// version. It reads the rows of all live instances, which are at most one checkpoint old, and changes
// nothing; it needs neither Run nor definitions. The error matches [ErrInvalid] or [ErrFormat] if what
// is given was not written by Describe.
func (e *Engine) Compare(ctx context.Context, description []byte) ([]Difference, error) {
	d, err := readDescribed(description)
	if err != nil {
		return nil, err
	}
	stored, err := e.store.Reader().Shapes(ctx)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	all := map[shapeKey]*Difference{}
	of := func(name string, version int) *Difference {
		key := shapeKey{name, version}
		if all[key] == nil {
			all[key] = &Difference{Definition: name, Version: version, Fit: FitUnused}
		}
		return all[key]
	}
	if err := e.countLive(ctx, of); err != nil {
		return nil, err
	}
	has := map[shapeKey]*Shape{}
	for _, s := range stored {
		sh := &Shape{}
		if err := json.Unmarshal(s.Data, sh); err != nil {
			return nil, fmt.Errorf("compare: %w: shape of %q version %d: %w", ErrFormat, s.Name, s.Version, err)
		}
		has[shapeKey{s.Name, s.Version}] = sh
		of(s.Name, s.Version)
	}
	for i := range d.Definitions {
		sh := &d.Definitions[i]
		diff := of(sh.Name, sh.Version)
		diff.Fit, diff.Changes = fitOfShapes(has[shapeKey{sh.Name, sh.Version}], sh)
	}
	out := make([]Difference, 0, len(all))
	for _, diff := range all {
		if diff.Fit == FitUnused && diff.Live > 0 {
			diff.Fit = FitStranded
		}
		out = append(out, *diff)
	}
	slices.SortFunc(out, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.Definition, b.Definition), cmp.Compare(a.Version, b.Version))
	})
	return out, nil
}

// countLive counts the live instances of each version.
func (e *Engine) countLive(ctx context.Context, of func(name string, version int) *Difference) error {
	f := Filter{Statuses: []Status{NeedsAttention, Compensating, Running}, Limit: 1000}
	for {
		rows, err := e.store.Reader().Find(ctx, f)
		if err != nil {
			return fmt.Errorf("compare: %w", err)
		}
		for i := range rows {
			diff := of(rows[i].Definition, rows[i].Version)
			diff.Live++
			if len(diff.IDs) < 10 {
				diff.IDs = append(diff.IDs, rows[i].ID)
			}
		}
		if len(rows) < f.Limit {
			return nil
		}
		f.After = rows[len(rows)-1].ID
	}
}

// fitOfShapes says how a program's shape fits the stored one, which is nil if there is none.
func fitOfShapes(stored, mine *Shape) (Fit, []string) {
	if stored == nil {
		return FitNew, nil
	}
	changes := stored.changes(mine)
	switch {
	case !stored.fits(mine):
		return FitChanged, changes
	case len(changes) > 0:
		return FitTuned, changes
	}
	return FitSame, nil
}
