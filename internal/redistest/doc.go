// Package redistest gives tests a real Redis. It is for the tests of this repository only.
//
//	line, err := line.NewRedis(line.RedisConfig{URL: redistest.URL(t), Prefix: redistest.Prefix(t), ...})
//
// [URL] is the server that the environment variable SAGA_REDIS names. "make test" sets it; so does
// eval "$(.ci/servers start)" in a shell. Tests share it, each with keys of its own below [Prefix], which are
// deleted when the test is over. Nothing that concerns the whole server may be done to it.
//
// [Start] is for tests that empty, stop or kill a server: it runs one of the test's own, from the binary
// redis-server of this machine, on a free port and with a folder of its own.
//
// A test that finds no server fails: a suite that was skipped proves nothing, and nobody notices.
package redistest
