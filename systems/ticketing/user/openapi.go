package user

import (
	"net/http"
	"time"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// Registration is the body of POST /users.
type Registration struct {
	Name        string `json:"name"`                  // 1 to 40 visible ASCII characters; it signs on
	DisplayName string `json:"displayName,omitempty"` // 1 to 40 characters; default: the name
	Password    string `json:"password"`              // 8 to 256 bytes
}

// Profile is a user as the user sees it.
type Profile struct {
	Name        string    `json:"name"`
	DisplayName string    `json:"displayName"`
	Created     time.Time `json:"created"`
}

// Amount is the body of POST /balance/charges.
type Amount struct {
	Amount int64 `json:"amount"` // in won, 1 to 1,000,000
}

// Statement is the body of GET /balance.
type Statement struct {
	Amount  int64   `json:"amount"`         // in won
	Entries []Entry `json:"entries"`        // newest first
	Next    int64   `json:"next,omitempty"` // the after of the next page
}

// Inbox is the body of GET /notifications.
type Inbox struct {
	Notifications []Notification `json:"notifications"`  // newest first
	Next          int64          `json:"next,omitempty"` // the after of the next page
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opRegister() web.Operation {
	return web.Operation{
		ID: "register", Summary: "Register; then sign on with POST /session", Body: Registration{},
		Answers: answers(http.StatusCreated, Profile{}, http.StatusBadRequest, http.StatusConflict,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType),
	}
}

func opMe() web.Operation {
	return web.Operation{ID: "me", Summary: "Who you are", Session: true,
		Answers: answers(http.StatusOK, Profile{}, http.StatusUnauthorized, http.StatusNotFound)}
}

func opBalance() web.Operation {
	return web.Operation{
		ID: "balance", Summary: "What you have, and what changed it", Session: true, Parameters: paged(),
		Answers: answers(http.StatusOK, Statement{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound),
	}
}

func opCharge() web.Operation {
	return web.Operation{
		ID: "charge", Summary: "Put money in", Session: true, Body: Amount{},
		Description: "Once per key: a repeat gets the first one's answer, and one with another amount is 422.",
		Parameters: []web.Parameter{{
			Name: "Idempotency-Key", In: "header", Required: true, Example: "6f9619ff-8b86-d011",
			Description: "names the charge, the same with every repeat: 1 to 200 visible ASCII characters",
		}},
		Answers: answers(http.StatusCreated, Entry{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound,
			http.StatusConflict, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType),
	}
}

func opNotifications() web.Operation {
	return web.Operation{
		ID: "notifications", Summary: "What became of what you bought", Session: true, Parameters: paged(),
		Answers: answers(http.StatusOK, Inbox{}, http.StatusBadRequest, http.StatusUnauthorized),
	}
}

func paged() []web.Parameter {
	return []web.Parameter{
		{Name: "limit", In: "query", Description: "how many rows, 1 to 100; default 20", Example: "20"},
		{Name: "after", In: "query", Description: "the member next of the page before; default: the newest rows", Example: "41"},
	}
}

// answers are one that is good and problems.
func answers(status int, body any, problems ...int) map[int]any {
	all := map[int]any{status: body}
	for _, problem := range problems {
		all[problem] = web.Problem{}
	}
	return all
}
