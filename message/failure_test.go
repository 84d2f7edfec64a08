package message

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// What follows a failure is decided without a clock and without chance, and only a test inside the
// package can ask for the decision alone.
func TestWhatFollowsAFailure(t *testing.T) {
	t.Parallel()
	c := (&RelayConfig{MaxAttempts: 4, Initial: 100 * time.Millisecond, Max: time.Second}).withDefaults(false)
	plain := errors.New("reset by peer")
	for name, tc := range map[string]struct {
		attempts, outages int
		err               error
		spread            float64
		want              Failure
	}{
		"the first":             {0, 0, plain, 0, Failure{Attempts: 1, Wait: 50 * time.Millisecond}},
		"the first, spread":     {0, 0, plain, 0.5, Failure{Attempts: 1, Wait: 75 * time.Millisecond}},
		"the second":            {1, 0, plain, 0, Failure{Attempts: 2, Wait: 100 * time.Millisecond}},
		"the last but one":      {2, 0, plain, 0, Failure{Attempts: 3, Wait: 200 * time.Millisecond}},
		"the last":              {3, 0, plain, 0, Failure{Attempts: 4, Dead: true}},
		"beyond the last":       {9, 0, plain, 0, Failure{Attempts: 10, Dead: true}},
		"poison":                {0, 0, ErrPoison, 0, Failure{Attempts: 1, Dead: true}},
		"wrapped poison":        {1, 0, fmt.Errorf("a: %w", ErrPoison), 0, Failure{Attempts: 2, Dead: true}},
		"a deadline":            {0, 0, context.DeadlineExceeded, 0, Failure{Attempts: 1, Wait: 50 * time.Millisecond}},
		"nobody there":          {3, 1, ErrUnavailable, 0, Failure{Attempts: 3, Wait: 50 * time.Millisecond}},
		"nobody for long":       {0, 1000, ErrUnavailable, 0, Failure{Wait: 500 * time.Millisecond}},
		"nobody there, poison":  {0, 1, errors.Join(ErrPoison, ErrUnavailable), 0, Failure{Wait: 50 * time.Millisecond}},
		"nobody, out of budget": {4, 1, ErrUnavailable, 0, Failure{Attempts: 4, Wait: 50 * time.Millisecond}},
	} {
		got := c.after(Row{Attempts: tc.attempts}, tc.err, tc.outages, tc.spread)
		tc.want.Error = tc.err.Error()
		if got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestTheWaitDoublesUpToTheLongest(t *testing.T) {
	t.Parallel()
	c := (&RelayConfig{Initial: time.Second, Max: 10 * time.Second}).withDefaults(false)
	for failures, want := range map[int]time.Duration{0: 1, 1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 64: 10, 1 << 30: 10} {
		want *= time.Second
		for _, spread := range []float64{0, 0.3, 0.999} {
			got := c.backoff(failures, spread)
			if got < want/2 || got > want {
				t.Errorf("after %d failures with spread %v: %v, want %v to %v", failures, spread, got, want/2, want)
			}
		}
	}
	if low, high := c.backoff(3, 0), c.backoff(3, 0.999); high-low < time.Second {
		t.Errorf("the waits are not spread: %v to %v", low, high)
	}
}

func TestTheErrorIsCut(t *testing.T) {
	t.Parallel()
	if got := said(errors.New(strings.Repeat("가", 1000))); len(got) > maxSaid || len(got) < maxSaid-3 || !utf8.ValidString(got) {
		t.Errorf("%d bytes are kept: %q", len(got), got)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	var none *RelayConfig
	d := none.withDefaults(false)
	if d.Batch != 100 || d.Initial != 100*time.Millisecond || d.Max != time.Minute || d.MaxAttempts != 10 ||
		d.Poll != time.Second || d.Timeout != 10*time.Second || d.Logger == nil {
		t.Errorf("the defaults are %+v", d)
	}
	if d := none.withDefaults(true); d.Poll != 2*time.Second {
		t.Errorf("a relay that is woken polls every %v", d.Poll)
	}
	if d := (&RelayConfig{Initial: time.Hour, Batch: -1}).withDefaults(false); d.Max != time.Hour || d.Batch != 100 {
		t.Errorf("got %+v", d)
	}
}
