package saga

import "time"

// clock tells the time of day and never goes back: what waits in a node would wait for as long as
// somebody set the system's clock back, and its silence would look like its death.
type clock struct{ anchor time.Time }

func (c *clock) now() time.Time {
	t := time.Now()
	at := c.anchor.Round(0).Add(t.Sub(c.anchor)) // by the monotonic clock
	if c.anchor.IsZero() || t.Round(0).After(at) {
		c.anchor, at = t, t.Round(0)
	}
	return at.UTC().Truncate(time.Microsecond)
}
