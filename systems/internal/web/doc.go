// Package web is what the HTTP surfaces of all services have in common: errors as problem+json
// (RFC 9457), JSON bodies with limits, and the rule who may change something when nobody configured
// one. It has no word of any domain; routes, requests and what an error means are each service's.
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
// [Loopback] is the authorizer of services that are given none: only callers on this machine may
// change anything. A proxy on this machine passes for it, so configure an authorizer before putting
// one in front.
package web
