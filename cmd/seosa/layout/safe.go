package layout

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns s as one line that does nothing but show: characters that are not printable, and
// bytes that are not UTF-8, are spelt as Go spells them (\n, \x1b, \u202e).
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if shows(r, size) {
			b.WriteRune(r)
		} else {
			quoted := strconv.Quote(s[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return b.String()
}

// Word is [Text] for a name that may be copied into a shell: one that is empty, or has anything in
// it that a shell or a reader could take for something else, stands in quotes.
func Word(s string) string {
	switch {
	case s != "" && strings.IndexFunc(s, special) < 0:
		return s
	case plain(s) && !strings.Contains(s, "'"):
		return "'" + s + "'"
	}
	return strconv.Quote(s)
}

func special(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.N) && !strings.ContainsRune("-_./:@%+=,~#", r)
}

// JSON returns a JSON document that means the same and only shows: in its strings, characters that
// are not printable become \u escapes (RFC 8259, section 7). Line ends and indents stay.
func JSON(document []byte) []byte {
	out := make([]byte, 0, len(document))
	for len(document) > 0 {
		r, size := utf8.DecodeRune(document)
		if r < 0x7f || shows(r, size) {
			out = append(out, document[:size]...)
		} else {
			out = escape(out, r)
		}
		document = document[size:]
	}
	return out
}

// escape writes a character as JSON does: one beyond the basic plane takes two escapes.
func escape(out []byte, r rune) []byte {
	if r <= 0xffff {
		return fmt.Appendf(out, `\u%04x`, r)
	}
	high, low := utf16.EncodeRune(r)
	return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
}

func plain(s string) bool {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !shows(r, size) {
			return false
		}
		i += size
	}
	return true
}

// shows reports whether a decoded character is printable; of what is no UTF-8 the size is 1.
func shows(r rune, size int) bool {
	return unicode.IsPrint(r) && (r != utf8.RuneError || size > 1)
}
