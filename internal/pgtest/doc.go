// Package pgtest gives each test a piece of a real PostgreSQL to itself. It is for the tests of this
// repository only.
//
//	func TestSomething(t *testing.T) {
//		store, err := postgres.Open(t.Context(), pgtest.URL(t))
//		...
//	}
//
// [URL] makes an empty schema and is what most tests need: it takes a few milliseconds, and tests
// that use it run beside each other, in this process and in others. [Database] makes a database,
// for tests that would get in each other's way even so: advisory locks and notifications, for
// example, are seen in the whole database, and statistics and sessions are listed by it.
//
// Both are dropped when the test and its cleanups are over, whatever it left in them. A test that
// is killed leaves its own behind; the names begin with "test_" and say which test it was, and
// they go with the server.
//
// The server is the one that the environment variable SAGA_POSTGRES names, as a URL whose user may
// create databases. "make test" sets it; so does eval "$(.ci/servers start)" in a shell. A test
// that finds no server fails: a suite that was skipped proves nothing, and nobody notices.
package pgtest
