package cli

import (
	"fmt"
	"time"

	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// quietFor is how long work may take before a log hears how far it is.
const quietFor = 5 * time.Second

// progress says how far long work is: on a terminal in one line that is written over, elsewhere in
// a line each few seconds.
type progress struct {
	screen layout.Screen
	name   string
	last   time.Time
	drawn  bool
}

func (t *task) progress(name string) *progress {
	p := &progress{screen: t.Err, name: name}
	if !p.screen.Terminal {
		p.last = time.Now()
	}
	return p
}

// at says that n of so many are done; of is 0 if nobody knows how many there are.
func (p *progress) at(n, of int) {
	text := p.name + ": " + layout.Number(n)
	if of > 0 {
		text += " of " + layout.Number(of)
	}
	switch pause := time.Since(p.last); {
	case p.screen.Terminal && (pause >= 100*time.Millisecond || n == of):
		fmt.Fprint(p.screen, "\r\x1b[K"+text)
		p.drawn, p.last = true, time.Now()
	case !p.screen.Terminal && pause >= quietFor:
		fmt.Fprintln(p.screen, text)
		p.last = time.Now()
	}
}

// end leaves the line to whatever comes next.
func (p *progress) end() {
	if p.drawn {
		fmt.Fprint(p.screen, "\r\x1b[K")
		p.drawn = false
	}
}
