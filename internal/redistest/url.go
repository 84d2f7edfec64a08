package redistest

import (
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/redis/rueidis"
)

// Variable is the environment variable that names the server.
const Variable = "SAGA_REDIS"

const howTo = "run `make test`, or `eval \"$(.ci/servers start)\"` in this shell and then go test again"

// patience is how long the server may take for one call of this package.
const patience = 30 * time.Second

// URL returns the address of the server that tests share.
func URL(t testing.TB) string {
	t.Helper()
	address := os.Getenv(Variable)
	if address == "" {
		t.Fatalf("redistest: this test needs a Redis, and %s is not set: %s", Variable, howTo)
	}
	connect(t, address).Close()
	return address
}

// Prefix returns one for the keys of a test. What begins with it, in braces, is deleted when the test ends.
func Prefix(t testing.TB) string {
	t.Helper()
	address, prefix := URL(t), "test:"+rand.Text()
	t.Cleanup(func() {
		client := connect(t, address)
		defer client.Close()
		clear(t, client, "{"+prefix+"}*")
	})
	return prefix
}

func clear(t testing.TB, client rueidis.Client, pattern string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for cursor := uint64(0); ; {
		page, err := client.Do(ctx, client.B().Scan().Cursor(cursor).Match(pattern).Count(1000).Build()).AsScanEntry()
		if err == nil && len(page.Elements) > 0 {
			err = client.Do(ctx, client.B().Unlink().Key(page.Elements...).Build()).Error()
		}
		if err != nil {
			t.Errorf("redistest: the keys of the test could not be deleted: %v", err)
			return
		}
		if cursor = page.Cursor; cursor == 0 {
			return
		}
	}
}

// connect returns a connection to a server that answers, or ends the test. It does not say the address,
// which has a password in it.
func connect(t testing.TB, address string) rueidis.Client {
	t.Helper()
	option, err := rueidis.ParseURL(address)
	if err != nil {
		t.Fatalf("redistest: %s is not a URL of the form redis://:password@host:port/0: unset it, then %s", Variable, howTo)
	}
	option.DisableCache = true
	client, err := rueidis.NewClient(option)
	if err != nil {
		t.Fatalf("redistest: the Redis that %s names does not answer: %v; unset it, then %s", Variable, err, howTo)
	}
	return client
}
