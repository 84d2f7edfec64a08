package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// purpose keeps a signature from being taken for one of another use of the same key.
const purpose = " session 1\x00"

const expiryBytes = 8

// seal makes the value of a cookie: the end of the session as a Unix time and the user's name, and
// the signature of both.
func (s *Sessions) seal(user string, ends int64) string {
	content := append(binary.BigEndian.AppendUint64(nil, uint64(ends)), user...)
	mac := hmac.New(sha256.New, s.config.Key)
	mac.Write([]byte(s.config.Name + purpose))
	mac.Write(content)
	return base64.RawURLEncoding.EncodeToString(content) + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// open returns the user of a value that seal has made and that has not ended. The value is compared
// with one made anew, not decoded and believed, so that there is one spelling of it only.
func (s *Sessions) open(value string, now time.Time) (string, error) {
	encoded, _, _ := strings.Cut(value, ".")
	if len(encoded) > base64.RawURLEncoding.EncodedLen(expiryBytes+MaxUser) {
		return "", fmt.Errorf("%w: it is too long", ErrInvalid)
	}
	content, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(content) <= expiryBytes {
		return "", fmt.Errorf("%w: it is malformed", ErrInvalid)
	}
	user, ends := string(content[expiryBytes:]), int64(binary.BigEndian.Uint64(content))
	if !hmac.Equal([]byte(value), []byte(s.seal(user, ends))) {
		return "", fmt.Errorf("%w: it was not made here", ErrInvalid)
	}
	if now.Unix() >= ends {
		return "", fmt.Errorf("%w: it has ended", ErrInvalid)
	}
	return user, nil
}
