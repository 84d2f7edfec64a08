package user

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	// MinPassword is the least length of a password in bytes.
	MinPassword = 8
	// MaxPassword is the greatest.
	MaxPassword = 256

	// defaultIterations makes a guess cost tens of milliseconds of one core.
	defaultIterations = 210_000

	scheme   = "pbkdf2-sha256"
	saltSize = 16
)

// errHash marks a password hash that [HashPassword] did not make.
var errHash = errors.New("user: this is no password hash; make one with HashPassword")

// HashPassword returns what is stored of a password: "pbkdf2-sha256$iterations$salt$key", by PBKDF2 with
// HMAC-SHA256 (RFC 8018) and a random salt of 16 bytes. It takes long by design, so do not call it in a
// transaction. It refuses with [Invalid] a password that is too short or too long, and fails if there is
// no iteration.
func HashPassword(password string, iterations int) (string, error) {
	if len(password) < MinPassword || len(password) > MaxPassword {
		return "", refuse(Invalid, "A password has %d to %d bytes; choose another.", MinPassword, MaxPassword)
	}
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	return hashWith(password, iterations, salt)
}

func hashWith(password string, iterations int, salt []byte) (string, error) {
	if iterations < 1 {
		return "", fmt.Errorf("user: %d iterations hash no password; give at least one, or 0 in Config for the default", iterations)
	}
	key, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("user: hash a password: %w", err)
	}
	return strings.Join([]string{
		scheme, strconv.Itoa(iterations), base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key),
	}, "$"), nil
}

// iterationsOf reads from a hash how often it was iterated.
func iterationsOf(hash string) (int, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 4 || parts[0] != scheme {
		return 0, errHash
	}
	iterations, err := strconv.Atoi(parts[1])
	if err != nil || iterations < 1 {
		return 0, errHash
	}
	return iterations, nil
}

// Knows reports whether the password is the account's. It takes as long as hashing; how long does not
// tell how much of it was right.
func (a Account) Knows(password string) bool {
	iterations, err := iterationsOf(a.PasswordHash)
	if err != nil || len(password) > MaxPassword {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(strings.Split(a.PasswordHash, "$")[2])
	if err != nil {
		return false
	}
	again, err := hashWith(password, iterations, salt)
	return err == nil && subtle.ConstantTimeCompare([]byte(again), []byte(a.PasswordHash)) == 1
}
