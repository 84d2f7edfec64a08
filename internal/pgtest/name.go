package pgtest

import (
	"crypto/rand"
	"strings"
	"testing"
)

// longest keeps a name with its random end below the 63 bytes of an identifier.
const longest = 30

// nameOf returns a name that no other test has, and that needs no quotes in SQL or in a URL.
func nameOf(t testing.TB) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(strings.TrimPrefix(t.Name(), "Test")))
	if len(plain) > longest {
		plain = plain[:longest]
	}
	return "test_" + plain + "_" + strings.ToLower(rand.Text())
}
