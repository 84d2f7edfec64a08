package console

import (
	"cmp"
	"fmt"
	"log/slog"
	"path"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// Config tunes a console. The zero value of each field is its documented default; nil is the zero
// Config. It is copied by [New].
type Config struct {
	// Describe says in one plain sentence what an instance is about, in the language "en" or
	// "ko", for example which goods an order holds. An empty answer shows nothing. It is called
	// for every page and must be safe for concurrent use. Default: none.
	Describe func(in saga.Instance, language string) string
	// Environment is a short label beside the clock, such as "demo · SQLite". Default: none.
	Environment string
	// Home is where the mark in the head of every page leads, for a console beside other pages.
	// Default: the list.
	Home string
	// Language is "en" or "ko" and holds where a request asks for neither. Default: "en".
	Language string
	// Location is the time zone of every time shown. Default: time.Local.
	Location *time.Location
	// Logger receives what the source reported when a page could not be drawn.
	// Default: slog.Default().
	Logger *slog.Logger
	// Prefix is the path under which the console is mounted; requests arrive with it, and every
	// link carries it. Default: "/".
	Prefix string
	// Title stands beside the mark in the head of every page. Default: "Seosa".
	Title string
}

// withDefaults returns a checked copy of c with every zero field filled.
func (c *Config) withDefaults() (Config, error) {
	var d Config
	if c != nil {
		d = *c
	}
	d.Language = cmp.Or(d.Language, english)
	d.Title = cmp.Or(d.Title, "Seosa")
	d.Prefix = cmp.Or(d.Prefix, "/")
	if d.Location == nil {
		d.Location = time.Local
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Language != english && d.Language != korean {
		return d, fmt.Errorf("%w: console Config.Language is %q; use %q or %q", saga.ErrInvalid, d.Language, english, korean)
	}
	if !strings.HasPrefix(d.Prefix, "/") || path.Clean(d.Prefix) != strings.TrimSuffix(d.Prefix, "/") && d.Prefix != "/" {
		return d, fmt.Errorf("%w: console Config.Prefix is %q; use a clean path such as \"/console/\"", saga.ErrInvalid, d.Prefix)
	}
	if !strings.HasSuffix(d.Prefix, "/") {
		d.Prefix += "/"
	}
	return d, nil
}
