package concert

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// List is the body of GET /concerts.
type List struct {
	Concerts []Concert `json:"concerts"`
}

// SeatMap is the body of GET /concerts/{id}/schedules/{schedule}/seats.
type SeatMap struct {
	ConcertID  int64  `json:"concertId"`
	ScheduleID int64  `json:"scheduleId"`
	Seats      []Seat `json:"seats"` // all of them, by number
}

// Reason is the body of what closes or reopens a concert.
type Reason struct {
	Reason string `json:"reason"`
}

// DecisionList is the body of GET /admin/concerts/{id}/decisions.
type DecisionList struct {
	Decisions []Decision `json:"decisions"` // oldest first
}

const forAll = "For everybody, signed on or not."

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opList() web.Operation {
	return web.Operation{
		ID: "concerts", Summary: "The concerts that can be had", Description: forAll,
		Parameters: append(paging("7"), web.Parameter{
			Name: "all", In: "query", Description: "1: those that are closed or sold out too", Example: "1",
		}),
		Answers: answers(http.StatusOK, List{}, http.StatusBadRequest),
	}
}

func opShow() web.Operation {
	return web.Operation{
		ID: "concert", Summary: "One concert, with its status", Description: forAll,
		Answers: answers(http.StatusOK, Concert{}, http.StatusNotFound),
	}
}

func opSchedules() web.Operation {
	return web.Operation{
		ID: "schedules", Summary: "The dates of a concert", Description: forAll,
		Answers: answers(http.StatusOK, Timetable{}, http.StatusNotFound),
	}
}

func opSeats() web.Operation {
	return web.Operation{
		ID: "seats", Summary: "The seats of a date, with price and status",
		Description: forAll + " They are as they were last heard of; only a reservation says that a seat is yours.",
		Answers:     answers(http.StatusOK, SeatMap{}, http.StatusNotFound),
	}
}

func opCreate() web.Operation {
	return web.Operation{
		ID: "createConcert", Summary: "Make a concert with its dates and seats", Session: true, Body: Draft{},
		Description: "For admins. The same draft under the same key is the same concert. A date has 50 seats unless it says " +
			"otherwise, at one price each or at prices of their own, and can be reserved at once unless it says when.",
		Parameters: []web.Parameter{{
			Name: "Idempotency-Key", In: "header", Required: true, Example: "7f3a",
			Description: "names the request, the same with every repeat",
		}},
		Answers: answers(http.StatusCreated, Concert{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity),
	}
}

func opClose() web.Operation {
	return decision("closeConcert", "Make a concert unavailable, whatever its seats say",
		"For admins. Seats that are sold stay sold, and sales under way come to nothing. Closing a closed one changes nothing.")
}

func opReopen() web.Operation {
	return decision("reopenConcert", "Let the seats say again how a concert stands",
		"For admins. Reopening one that is not closed changes nothing.")
}

func decision(id, summary, description string) web.Operation {
	return web.Operation{
		ID: id, Summary: summary, Description: description, Session: true, Body: Reason{},
		Answers: answers(http.StatusOK, Concert{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
			http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType),
	}
}

func opDecisions() web.Operation {
	return web.Operation{
		ID: "decisions", Summary: "Who closed and reopened a concert, when and why", Description: "For admins.", Session: true,
		Parameters: paging("3"),
		Answers: answers(http.StatusOK, DecisionList{}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
			http.StatusNotFound),
	}
}

func paging(example string) []web.Parameter {
	return []web.Parameter{
		{Name: "limit", In: "query", Description: "how many, 1 to 100; 20 if absent", Example: "20"},
		{Name: "after", In: "query", Description: "the id of the last one that you have", Example: example},
	}
}

// answers are a good one and problems.
func answers(status int, body any, problems ...int) map[int]any {
	all := map[int]any{status: body}
	for _, p := range problems {
		all[p] = web.Problem{}
	}
	return all
}
