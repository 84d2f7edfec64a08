package main

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/session"
)

// buyers knows the sessions that another process signed on.
type buyers struct{ sessions *session.Sessions }

// name is whose session a request carries. The error is a problem for the caller.
func (b buyers) name(r *http.Request) (string, error) {
	name, err := b.sessions.User(r)
	if err != nil {
		return "", b.sessions.Problem(err)
	}
	return name, nil
}
