package layout

import "unicode"

// Width returns how many cells s takes on a terminal. s should have gone through [Text].
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

func cells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide has the blocks of UAX 11 that are Wide or Fullwidth as a whole, or nearly so.
func wide(r rune) bool {
	for _, block := range [...][2]rune{
		{0x1100, 0x115f},   // Hangul Jamo
		{0x2e80, 0x303e},   // Han radicals, punctuation
		{0x3041, 0xa4cf},   // Kana, compatibility Jamo, Han, Yi
		{0xa960, 0xa97f},   // Jamo extended
		{0xac00, 0xd7a3},   // Hangul
		{0xf900, 0xfaff},   // Han compatibility
		{0xfe30, 0xfe6f},   // vertical and small forms
		{0xff00, 0xff60},   // fullwidth forms
		{0xffe0, 0xffe6},   // fullwidth signs
		{0x1f300, 0x1f64f}, // pictographs
		{0x1f680, 0x1f6ff},
		{0x1f900, 0x1f9ff},
		{0x20000, 0x3fffd}, // Han extensions
	} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}
