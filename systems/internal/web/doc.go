// Package web is what the HTTP surfaces of all services have in common: errors as problem+json
// (RFC 9457), JSON bodies with limits, a document of what is served (OpenAPI 3.1), and the rule who
// may change something when nobody configured one. It has no word of any domain; routes, requests
// and what an error means are each service's.
//
// # Errors
//
// A handler is a function that returns an error. [Mux] turns that error into a [Problem] by the
// service's own table, logs it if it is the service's fault, and writes it. What net/http's mux
// would answer by itself (no such path, wrong method) becomes a problem too, so that a client reads
// one format only.
//
// A problem's type begins with the system's prefix. Clients take a 4xx for a service's own answer
// only if its type begins so; anything else may come from a proxy in between, and then the outcome
// is unknown.
//
// # The document
//
// Every route is registered with an [Operation], and GET /openapi.json is made from what is
// registered: a route that is served cannot be missing from the document, and one that is not
// served cannot be in it. Bodies are given as zero values and described by reflection as
// encoding/json writes them:
//
//	string, bool, float64       string, boolean, number
//	int64, int32                integer of that format
//	time.Time                   string, date-time
//	[]byte                      string, base64
//	slice, map                  array, object with values of one kind
//	struct                      a component; closed, so another member is an error
//	embedded struct             its members, as if they were the outer one's
//	omitempty, omitzero         the member may be missing
//	pointer                     the same; without omitempty it may be null, too
//	MarshalText                 string
//	any, MarshalJSON            anything
//	[Problem]                   application/problem+json; open, as RFC 9457 has it
//	[Media], such as [HTML]     a body of that type about which nothing more is said
//
// A nil slice or map is written as null and does not fit its schema: make it empty, or let it be
// left out.
//
// To every operation the document adds, by reference, the problems that Mux writes whatever the
// route does (404, 405 and 500), so an operation names only what it answers itself. The document is
// a description. No request is judged by it, and the reader of a body is [ReadJSON], which refuses
// members that the Go type does not have. Whether handlers keep to it is for the tests: package
// [github.com/seosa-dev/saga/systems/internal/openapi] holds every exchange against it.
//
// The same routes make the same bytes. Each operation carries its pattern of net/http as x-pattern.
//
// # Who may change something
//
// [Loopback] is the authorizer of services that are given none: only callers on this machine may
// change anything. A proxy on this machine passes for it, so configure an authorizer before putting
// one in front. An operation that needs to know who asks is marked as one that needs a session; the
// document then names the cookie, Mux.Cookie, and a 401 carries a challenge that does.
package web
