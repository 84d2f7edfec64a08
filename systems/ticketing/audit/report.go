package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what the six files say together, and where they contradict the invariants.
type Report struct {
	// Violations are sorted by invariant.
	Violations []Violation `json:"violations"`
	// Quiet says that nothing was under way and all invariants were judged. If it is false, what the files
	// say about each other was not, and no violation does not mean that there is none.
	Quiet bool `json:"quiet"`
	// NotQuiet says why it is not quiet: empty if it is.
	NotQuiet []string `json:"notQuiet"`
	// Attention is what a person should look at: sagas that need it, dead letters, holds that are over and
	// were not swept.
	Attention []Matter `json:"attention"`
	// InDoubt is what is under way: sagas that have not ended, or whose end was not told, and messages that wait.
	InDoubt []Matter `json:"inDoubt"`
	Summary Summary  `json:"summary"`
}

// Violation is a contradiction: no fault of a network, a process or a user may bring it about.
type Violation struct {
	Invariant string `json:"invariant"` // I-A1 to I-A13
	Text      string `json:"text"`      // what was found, for people
}

// Matter is something that is not at its end.
type Matter struct {
	Kind string `json:"kind"` // "saga", "message", "hold" or "line"
	ID   string `json:"id"`   // of the saga, the message, the reservation or the concert
	Text string `json:"text"` // how it stands, for people
}

// Check reads the files and holds I-A1 to I-A13 against them (see the package's comment). An error means
// that the files could not be read, not that something is wrong in them. All are read as a whole into memory.
func (b *Books) Check(ctx context.Context) (Report, error) {
	r, err := b.read(ctx)
	if err != nil {
		return Report{}, err
	}
	c := &check{reading: r, config: b.config, now: b.config.Now()}
	return c.run(), nil
}

// check is one Check, when all is read.
type check struct {
	*reading
	config Config
	now    time.Time
	report Report
}

func (c *check) find(invariant, format string, args ...any) {
	c.report.Violations = append(c.report.Violations, Violation{invariant, fmt.Sprintf(format, args...)})
}

func (c *check) attend(kind, id, format string, args ...any) {
	c.report.Attention = append(c.report.Attention, Matter{kind, id, fmt.Sprintf(format, args...)})
}

func (c *check) doubt(kind, id, format string, args ...any) {
	c.report.InDoubt = append(c.report.InDoubt, Matter{kind, id, fmt.Sprintf(format, args...)})
}

func (c *check) unquiet(format string, args ...any) {
	c.report.NotQuiet = append(c.report.NotQuiet, fmt.Sprintf(format, args...))
}

func (c *check) run() Report {
	c.alone()
	c.open()
	if c.report.Quiet = len(c.report.NotQuiet) == 0; c.report.Quiet {
		c.together()
	}
	c.report.Summary = c.sum()
	slices.SortFunc(c.report.Violations, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(len(a.Invariant), len(b.Invariant)), strings.Compare(a.Invariant, b.Invariant), strings.Compare(a.Text, b.Text))
	})
	byID := func(a, b Matter) int { return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID)) }
	slices.SortFunc(c.report.Attention, byID)
	slices.SortFunc(c.report.InDoubt, byID)
	return c.report
}

// alone judges what each file says about itself, which holds at every moment.
func (c *check) alone() {
	for _, b := range c.books() {
		b.common().legal(c)
	}
	c.user.check(c)
	c.payment.check(c)
	c.reservation.check(c)
	c.concert.check(c)
	c.queue.check(c)
	c.orchestrator.check(c)
}

// together judges what the files say about each other.
func (c *check) together() {
	c.money()
	c.seats()
	c.turns()
	c.ends()
	c.told()
}

// open lists what is not at its end, and says whether anything keeps the books from being judged together.
func (c *check) open() {
	for _, name := range c.written {
		c.unquiet("%s.db was written to while the books were read; check again", name)
	}
	for _, b := range c.books() {
		p := b.common()
		if len(p.outbox) > 0 {
			c.unquiet("%d messages of %s are not delivered", len(p.outbox), p.name)
		}
		for _, l := range p.outbox {
			if l.dead {
				c.attend("message", l.id, "%s of %s about %s was given up: %s", l.typ, p.name, l.about, l.err)
			} else {
				c.doubt("message", l.id, "%s of %s about %s waits", l.typ, p.name, l.about)
			}
		}
	}
	c.orchestrator.open(c)
	c.reservation.open(c)
}
