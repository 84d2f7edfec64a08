package page

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/seosa-dev/saga/console"
)

// Config tunes a page. It is copied by [New].
type Config struct {
	// Environment is a short label beside the clock, such as "SQLite". Default: none.
	Environment string
	// Location is the time zone of every time shown. Default: time.Local.
	Location *time.Location
	// Logger receives what the Source reported. Default: slog.Default().
	Logger *slog.Logger
	// Source is what is shown and moved. It must be set.
	Source Source
}

// Page is the demo's front page, an [http.Handler] for the paths in the package's comment. It is
// safe for concurrent use; make one with [New].
type Page struct {
	config  Config
	kit     *console.Kit
	pages   *template.Template
	style   string // the own stylesheet's name, which changes with its content
	origin  *http.CrossOriginProtection
	queue   queue
	glance  glance
	streams chan struct{} // one token per open stream
	closed  context.Context
	close   context.CancelFunc
	running sync.WaitGroup // the queue's player
}

// New makes a page over a source. The error says what is missing.
func New(c Config) (*Page, error) {
	if c.Source == nil {
		return nil, errors.New("page: Config.Source is nil; give it what reads and moves the demo")
	}
	if c.Location == nil {
		c.Location = time.Local
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	p := &Page{config: c, origin: http.NewCrossOriginProtection(), streams: make(chan struct{}, maxStreams)}
	if err := p.load(); err != nil {
		return nil, err
	}
	p.closed, p.close = context.WithCancel(context.Background())
	return p, nil
}

// Close ends the live streams and stops "play all" after the row that plays; pages are still
// served. It is safe to call twice. An [http.Server] that shuts down waits for its streams, so
// register Close with RegisterOnShutdown.
func (p *Page) Close() {
	p.close()
	p.running.Wait()
}
