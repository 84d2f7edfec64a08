package session

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

const demoShoppers = 16

// DemoUsers returns the users that [Demo] knows: j2ee and ACID, whom JPetStore is delivered with,
// and shopper01 to shopper16.
func DemoUsers() []string {
	users := []string{"j2ee", "ACID"}
	for n := range demoShoppers {
		users = append(users, fmt.Sprintf("shopper%02d", n+1))
	}
	return users
}

// Demo are accounts for demonstrations and tests ([Config.Accounts]): those of [DemoUsers], each
// with its name for a password. How long it takes does not tell which part was wrong.
func Demo(_ context.Context, user, password string) bool {
	matches := 0
	for _, known := range DemoUsers() {
		matches |= same(user, known) & same(password, known)
	}
	return matches == 1
}

// same compares digests, because comparing texts would tell their lengths.
func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
