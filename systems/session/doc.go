// Package session says who is asking. Whoever buys signs on once with name and password and from
// then on sends a cookie; the controllers of a system's services ask [Sessions.User] whose it is.
// Nothing else of the system sees a request, a cookie or a session.
//
// # The cookie
//
// A session is its cookie: the user's name and the time at which it ends, signed with HMAC-SHA256
// (RFC 2104) under the key of the service. The service keeps nothing, so sessions survive its
// restart and every instance with the same key knows them. The price is that a session cannot be
// taken back before it ends: signing off makes the browser forget the cookie, and a copy of it
// stays valid. Changing the key ends all sessions at once.
//
// Only a value that is, character for character, one that the key makes is accepted: a value is
// decoded, made anew from what it says, and compared as a whole in constant time.
//
// The cookie is named after the system, [Config.Name]: shop_session. The name is signed too, so two
// systems with one key do not take each other's sessions. The cookie is HttpOnly, so scripts cannot
// read it; SameSite=Lax, so other sites cannot make a browser send it with anything but a followed
// link; and Secure unless [Config.Insecure] is set for plain http on a loopback address (RFC 6265 and
// its successor). Signing on takes JSON only, which other sites' forms cannot send.
//
// # The key
//
// At least 32 random bytes that nobody else can read. [LoadKey] keeps them in a file and makes the
// file on first use:
//
//	key, err := session.LoadKey("shop.key")
//	if err != nil {
//		return err
//	}
//	sessions, err := session.New(session.Config{Key: key, Accounts: session.Demo})
//
// # HTTP
//
//	POST   /session   {"user":"j2ee","password":"j2ee"}: 204 and the cookie, or 401
//	GET    /session   {"user":"j2ee"}, or 401
//	DELETE /session   204, and the cookie is forgotten
//
// [Sessions.Register] adds these to the mux of a service, so that they stand in its document too;
// [Sessions.Handler] serves them alone. Errors are application/problem+json (RFC 9457) below
// urn:problem-type:shop:, with the system's name, and [Sessions.Problem] makes the same ones for
// other controllers.
//
// # Accounts
//
// Who may sign on is the caller's business: [Config.Accounts]. [Demo] knows the two users that
// JPetStore is delivered with and sixteen shoppers; their passwords are their names, so it is for
// demonstrations and tests. There is no limit on attempts; put one in front of real accounts.
package session
