package queue

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// EnterRequest is the body of POST /queue/tokens.
type EnterRequest struct {
	ConcertID int64 `json:"concertId"`
}

// RuleBody says how many are let in.
type RuleBody struct {
	Limit        int64 `json:"limit"`        // active at once
	Batch        int64 `json:"batch"`        // let in within everySeconds; 0: as many as there is room for
	EverySeconds int64 `json:"everySeconds"` // 0: whenever there is room
}

// LineView is a line as an administrator sees it.
type LineView struct {
	Waiting            int64    `json:"waiting"`
	Active             int64    `json:"active"`
	Restored           int64    `json:"restored"` // active again after an undone payment, beside the others
	AdmittedLastMinute int64    `json:"admittedLastMinute"`
	Rule               RuleBody `json:"rule"`
}

// answers are what an operation answers by itself: a body with a status, and problems.
func answers(status int, body any, problems ...int) map[int]any {
	all := map[int]any{status: body}
	for _, p := range problems {
		all[p] = web.Problem{}
	}
	return all
}

func queueToken() []web.Parameter {
	return []web.Parameter{{Name: tokenHeader, In: "header", Required: true, Description: "the token", Example: "K4T2ZC6BQ7WJXN5YHDRM3VGPLA"}}
}

func opHealth() web.Operation {
	return web.Operation{
		ID: "health", Summary: "Whether the database and the line answer",
		Description: "503 says that Redis is away: nobody loses a place, and a restart of the service does not help.",
		Answers:     answers(http.StatusOK, Health{}, http.StatusServiceUnavailable),
	}
}

func opEnter() web.Operation {
	a := answers(http.StatusOK, View{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusServiceUnavailable)
	a[http.StatusCreated] = View{}
	return web.Operation{
		ID: "enterLine", Summary: "Enter the line of a concert",
		Description: "A buyer who is in it already gets the same token again, with 200.",
		Session:     true, Body: EnterRequest{}, Answers: a,
	}
}

func opLook() web.Operation {
	return web.Operation{
		ID: "lookAtToken", Summary: "Where a token stands", Parameters: queueToken(),
		Description: "Keeps a token that waits alive. 410 says that the token has ended, or that the concert is sold out or closed.",
		Answers:     answers(http.StatusOK, View{}, http.StatusUnauthorized, http.StatusGone, http.StatusServiceUnavailable),
	}
}

func opLeave() web.Operation {
	return web.Operation{
		ID: "leaveLine", Summary: "Leave the line", Parameters: queueToken(),
		Answers: answers(http.StatusNoContent, nil, http.StatusUnauthorized, http.StatusServiceUnavailable),
	}
}

func opPass() web.Operation {
	return web.Operation{
		ID: "checkPass", Summary: "Whose a token is, for the other services", Parameters: queueToken(),
		Answers: answers(http.StatusOK, Pass{}, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable),
	}
}

func opOverview() web.Operation {
	return web.Operation{
		ID: "viewLine", Summary: "How many wait and are active", Session: true,
		Answers: answers(http.StatusOK, LineView{}, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable),
	}
}

func opSetRule() web.Operation {
	return web.Operation{
		ID: "setRule", Summary: "Say how many are let in", Session: true, Body: RuleBody{},
		Answers: answers(http.StatusOK, LineView{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusServiceUnavailable),
	}
}

func opTakeAway() web.Operation {
	return web.Operation{
		ID: "takeAway", Summary: "Take a token from its buyer", Session: true,
		Answers: answers(http.StatusNoContent, nil, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable),
	}
}
