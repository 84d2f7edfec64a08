package stage

import (
	"sync/atomic"
	"time"
)

// clock is the services' clock. It can be ahead. The zero value is right.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) set(ahead time.Duration) { c.ahead.Store(int64(ahead)) }
