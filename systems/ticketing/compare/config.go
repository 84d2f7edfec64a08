package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Config says how much is compared. Folder is required.
type Config struct {
	// Buyers is how many pay in each round of pay. Default: 96.
	Buyers int
	// Concurrency are the numbers of buyers who pay at a time, none above Buyers. Default: those of 1, 8 and 32.
	Concurrency []int
	// Folder is where the systems' files are made, each in a folder of its own; it must exist.
	Folder string
	// Late is how late the queue answers. Default: 300 ms.
	Late time.Duration
	// Log gets a line for each measure. Default: nothing is said.
	Log io.Writer
	// Outage is how long a part stops, at least Pace. Default: 2 s.
	Outage time.Duration
	// Pace is the time between payments while a part is stopped or late. Default: 50 ms.
	Pace time.Duration
	// Rounds is how often pay is repeated. Default: 3.
	Rounds int
}

func (c Config) defaults() Config {
	c.Buyers = cmp.Or(c.Buyers, 96)
	if len(c.Concurrency) == 0 {
		c.Concurrency = slices.DeleteFunc([]int{1, 8, 32}, func(n int) bool { return n > max(c.Buyers, 1) })
	}
	c.Late = cmp.Or(c.Late, 300*time.Millisecond)
	if c.Log == nil {
		c.Log = io.Discard
	}
	c.Outage = cmp.Or(c.Outage, 2*time.Second)
	c.Pace = cmp.Or(c.Pace, 50*time.Millisecond)
	c.Rounds = cmp.Or(c.Rounds, 3)
	return c
}

// check says what cannot be compared, of a config with its defaults.
func (c Config) check() error {
	switch {
	case c.Folder == "":
		return errors.New("compare: Config.Folder is empty; name a folder for the files")
	case c.Buyers < 1 || c.Rounds < 1:
		return fmt.Errorf("compare: %d buyers in %d rounds; give at least one of each", c.Buyers, c.Rounds)
	case slices.Min(c.Concurrency) < 1 || slices.Max(c.Concurrency) > c.Buyers:
		return fmt.Errorf("compare: Config.Concurrency is %v with %d buyers; give numbers from 1 to that", c.Concurrency, c.Buyers)
	case c.Late < 0 || c.Pace < 0:
		return fmt.Errorf("compare: Config.Late is %v and Pace %v; neither can be below zero", c.Late, c.Pace)
	case c.Outage < c.Pace:
		return fmt.Errorf("compare: a part is away for %v and somebody pays every %v, so nobody would; make the outage longer", c.Outage, c.Pace)
	}
	return nil
}

// opening makes a system anew in a folder.
type opening func(ctx context.Context, folder string) (*system, error)

// Run compares. An error says that something could not be measured, or that an outcome was wrong; then there
// is no report.
func Run(ctx context.Context, config Config) (*Report, error) {
	r := &Report{config: config.defaults()}
	if err := r.config.check(); err != nil {
		return nil, err
	}
	for i, c := range r.config.Concurrency {
		for round := range r.config.Rounds {
			err := r.inTurns(ctx, i+round, func(ctx context.Context, s *system) error { return r.pay(ctx, s, c) })
			if err != nil {
				return nil, err
			}
		}
	}
	for i, trouble := range troubles(r.config.Late) {
		err := r.inTurns(ctx, i, func(ctx context.Context, s *system) error { return r.stop(ctx, s, trouble) })
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

// inTurns measures both systems, each made anew and never both at once, beginning with another one each time.
func (r *Report) inTurns(ctx context.Context, turn int, measure func(context.Context, *system) error) error {
	both := []opening{openMonolith, openServices}
	for i := range both {
		if err := r.once(ctx, both[(turn+i)%2], measure); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) once(ctx context.Context, open opening, measure func(context.Context, *system) error) error {
	r.made++
	folder := filepath.Join(r.config.Folder, fmt.Sprintf("system-%03d", r.made))
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	s, err := open(ctx, folder)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if err = measure(ctx, s); err != nil {
		err = fmt.Errorf("compare: %s in %s: %w", s.name, folder, err)
	}
	return errors.Join(err, s.stop())
}
