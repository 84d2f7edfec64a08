package cli

import (
	"net/url"
	"strings"
)

const (
	noStore      = "no store is named; use -store FILE, -store postgres://... or set SEOSA_STORE"
	addressAlone = "an address stands alone; write -store before it, or set SEOSA_STORE"
)

// isAddress reports whether a word is a URL, which may have a password in it.
func isAddress(word string) bool { return strings.Contains(word, "://") }

// shown is a store's name as it may be printed: without a password.
func shown(store string) string {
	if !isAddress(store) {
		return store
	}
	u, err := url.Parse(store)
	if err != nil {
		return "the store" // nobody knows which part of it is the password
	}
	query := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if query.Has(secret) {
			query.Set(secret, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}
