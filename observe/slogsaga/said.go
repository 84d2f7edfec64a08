package slogsaga

import (
	"strings"
	"unicode"
)

// MostSaid is how many characters of what others said are written.
const MostSaid = 200

// said is what others wrote, on one line. What is too long loses its middle, because a chain of
// errors says at its start who speaks and at its end why.
func said(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // it may end up on a terminal
			return '·'
		}
		return r
	}, strings.ToValidUTF8(s, "·"))
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= MostSaid {
		return string(runes)
	}
	const half = (MostSaid - 3) / 2
	return string(runes[:half]) + " … " + string(runes[len(runes)-half:])
}
