// Package openapi holds a service to its word in tests: it watches what a handler is asked and what
// it answers, and compares both with the document that the handler itself serves at /openapi.json.
// It imports testing and is for tests only; nothing that ships may import it.
//
// # What it is for
//
// A document that is generated from registered routes cannot name a route that does not exist, but
// it can still lie: about the statuses of an answer, about a member that is there or missing, about
// a header that a handler wants. Reflection sees the types that a route was registered with, not
// those that its handler writes. The tests of a service exercise the handlers anyway, so put the
// checker between the tests and the handler, and every test is a test of the document too:
//
//	checked := openapi.Check(t, controller)
//	server := httptest.NewServer(checked)
//	… // the tests as they are
//	if unseen := checked.Unseen(); len(unseen) > 0 {
//		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
//	}
//
// # What is checked
//
// The document must be valid OpenAPI 3.1. For each exchange, after the answer is written:
//
//   - the status is documented for the operation;
//   - the content type is the one documented for that status, and the body fits its schema. Where
//     no body is documented there is none;
//   - a request that was answered with less than 400 is valid by the document: parameters, body,
//     the session's cookie, and no query parameter that the document does not name. A request that
//     was refused may be anything;
//   - where the document has no operation, the answer is a documented 404 or 405, or the
//     redirection to a tidier path that net/http gives.
//
// A mismatch is reported with Errorf: method, path, status, the body and what is wrong with them.
// The exchange itself goes through unchanged, streams and hijacked connections included. An
// exchange that a handler breaks off by a panic or by hijacking has no answer to check.
//
// # Which operation a request belongs to
//
// OpenAPI cannot say where a wildcard over several segments ends, or that a path has a subtree. The
// documents of [github.com/seosa-dev/saga/systems/internal/web.Mux] therefore carry the pattern of
// net/http with each operation as x-pattern, and the checker routes by these, with a mux of its own.
//
// # Coverage
//
// [Checker.Unseen] lists the operations that no exchange reached and the statuses that an operation
// documents and never gave. Answers that an operation takes by reference from the document's
// components belong to all of them (no such path, wrong method, a failure of the service); these are
// checked when they come up and are not demanded.
package openapi
