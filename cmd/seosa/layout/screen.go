package layout

import (
	"io"
	"os"
	"strconv"
)

// Screen is a writer and what is known of whoever reads it.
type Screen struct {
	io.Writer
	Terminal bool // a person sees it as it is written
	Colour   bool // and sees colours
	Columns  int  // of the terminal; 0 if there is none or its width is not known
}

// fallback is the width for prose where no terminal tells its own.
const fallback = 80

// Of finds out what f is. Colour is on for terminals unless the variable NO_COLOR is not empty or
// TERM is dumb; COLUMNS counts where the system does not tell a terminal's width.
func Of(f *os.File, env func(string) string) Screen {
	s := Screen{Writer: f, Terminal: IsTerminal(f)}
	if !s.Terminal {
		return s
	}
	s.Colour = env("NO_COLOR") == "" && env("TERM") != "dumb"
	if s.Columns = columns(f); s.Columns == 0 {
		s.Columns, _ = strconv.Atoi(env("COLUMNS"))
	}
	return s
}

// IsTerminal reports whether a person may sit at f: it is a character device, and not the one that
// swallows everything.
func IsTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// Prose is how wide a sentence may be: the terminal, but never so wide that the eye loses the line.
func (s Screen) Prose() int {
	if s.Columns == 0 {
		return fallback
	}
	return max(40, min(s.Columns, 100))
}

// Style is how a text stands out.
type Style string

// The styles, as the parameters of ECMA-48's SGR. Plain is the zero value.
const (
	Plain Style = ""
	Bold  Style = "1"
	Dim   Style = "2"
	Alert Style = "1;33" // a person is needed, or nobody knows
)

// Paint returns text in a style, or as it is where no colour is wanted.
func (s Screen) Paint(style Style, text string) string {
	if !s.Colour || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}
