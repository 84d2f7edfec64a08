package message

import (
	"errors"
	"math"
	"strings"
	"time"
)

// maxSaid bounds what is kept of an error's text.
const maxSaid = 1000

// Failure is what a [Queue] records of a delivery that failed.
type Failure struct {
	Attempts int           // failed deliveries so far
	Wait     time.Duration // how long from now until it is tried again; means nothing if Dead
	Error    string        // what the delivery said, at most 1,000 bytes
	Dead     bool          // not tried again by itself
}

// after decides what follows the failed delivery of a row. outages is how many times in a row the
// publisher has reached nobody, this time included; spread, in [0, 1), is the jitter. Whether nobody
// was there is asked first: as long as somebody may still take the message, it is not given up.
func (c *RelayConfig) after(row Row, err error, outages int, spread float64) Failure {
	f := Failure{Attempts: row.Attempts, Error: said(err)}
	if errors.Is(err, ErrUnavailable) {
		f.Wait = c.backoff(outages, spread)
		return f
	}
	f.Attempts++
	f.Dead = errors.Is(err, ErrPoison) || f.Attempts >= c.MaxAttempts
	if !f.Dead {
		f.Wait = c.backoff(f.Attempts, spread)
	}
	return f
}

// backoff is the wait after the given number of failures: doubling up to the longest, half of it
// fixed and half of it spread, so that rows which failed together are not tried together.
func (c *RelayConfig) backoff(failures int, spread float64) time.Duration {
	full := float64(c.Initial) * math.Pow(2, float64(max(failures-1, 0)))
	full = min(full, float64(c.Max))
	return time.Duration(full/2 + full/2*spread)
}

func said(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxSaid)], "")
}
