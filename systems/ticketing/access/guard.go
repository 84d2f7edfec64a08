package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// ProblemType begins the types of the problems of all services of the system.
const ProblemType = "urn:problem-type:ticketing:"

const bearer = "Bearer "

// Guard knows who asks. The zero value knows no buyer and no admin, and takes callers on a loopback
// address for services. It is safe for concurrent use and is not changed once it is in use.
type Guard struct {
	// User returns the buyer whose session a request carries; its error, a [*web.Problem] as a rule, is
	// told to the caller. Default: nobody has a session.
	User func(*http.Request) (string, error)
	// Admins are the names of the buyers who may administer.
	Admins []string
	// Secret is shared by the services of the system. Default: none, and services are on this machine.
	Secret string
}

// Buyer returns the name of the buyer who asks. The error is a 401 if nobody has signed on.
func (g *Guard) Buyer(r *http.Request) (string, error) {
	if g.User == nil {
		return "", &web.Problem{Type: ProblemType + "no-session", Title: "Nobody has signed on", Status: http.StatusUnauthorized,
			Detail: "Nothing was done; sign on with POST /session and send the cookie that it gives."}
	}
	return g.User(r)
}

// Admin returns the name of the admin who asks. The error is a 401 if nobody has signed on, and a 403
// if whoever has is no admin.
func (g *Guard) Admin(r *http.Request) (string, error) {
	name, err := g.Buyer(r)
	if err != nil {
		return "", err
	}
	if !slices.Contains(g.Admins, name) {
		return "", &web.Problem{Type: ProblemType + "not-admin", Title: "This is for administrators", Status: http.StatusForbidden,
			Detail: "Nothing was done; sign on as an administrator."}
	}
	return name, nil
}

// Service lets the other services of the system through. The error is a 403.
func (g *Guard) Service(r *http.Request) error {
	if g.Secret == "" && web.Loopback(r) == nil {
		return nil
	}
	given, is := strings.CutPrefix(r.Header.Get("Authorization"), bearer)
	if is && g.Secret != "" && equal(given, g.Secret) {
		return nil
	}
	return &web.Problem{Type: ProblemType + "not-a-service", Title: "This is for the services of the system", Status: http.StatusForbidden,
		Detail: "Nothing was done; send the secret that the services share as Authorization: Bearer, or, if there is none, call from the same machine."}
}

// Sign makes a request one of a service of this system.
func (g *Guard) Sign(r *http.Request) {
	if g.Secret != "" {
		r.Header.Set("Authorization", bearer+g.Secret)
	}
}

// equal takes the same time however much of the secret was right, and however long it is.
func equal(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
