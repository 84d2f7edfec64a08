package catalog

import (
	"net/http"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// ItemList is the body of /catalog/items.
type ItemList struct {
	Items []Item `json:"items"`
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opItems() web.Operation {
	return web.Operation{ID: "items", Summary: "All items with price and stock", Answers: map[int]any{http.StatusOK: ItemList{}}}
}

func opItem() web.Operation {
	return web.Operation{ID: "item", Summary: "One item", Answers: map[int]any{
		http.StatusOK: Item{}, http.StatusNotFound: web.Problem{},
	}}
}

func opDecrement() web.Operation {
	answers := keyed()
	for _, status := range []int{
		http.StatusConflict, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
	} {
		answers[status] = web.Problem{}
	}
	return web.Operation{
		ID: "decrement", Summary: "Take all lines from the stock, or none",
		Description: "At most once per key: a repeat gets the recorded answer.",
		Parameters:  []web.Parameter{header()}, Body: Decrement{}, Answers: answers,
	}
}

func opProbe() web.Operation {
	return web.Operation{
		ID: "isInventoryUpdated", Summary: "What became of a key; NONE if nothing so far",
		Parameters: []web.Parameter{{
			Name: "key", In: "query", Description: "the decrement's key", Required: true, Example: "1000/1/stock",
		}},
		Answers: keyed(),
	}
}

func opFence() web.Operation {
	return web.Operation{
		ID: "fence", Summary: "What became of a key; if nothing did, nothing ever will",
		Parameters: []web.Parameter{header()}, Answers: keyed(),
	}
}

func opUndo() web.Operation {
	return web.Operation{
		ID: "restore", Summary: "Give back what a key took, once; if it took nothing, it never will",
		Parameters: []web.Parameter{header()}, Answers: keyed(),
	}
}

func header() web.Parameter {
	return web.Parameter{
		Name: "Idempotency-Key", In: "header", Required: true, Example: "1000/1/stock",
		Description: "names the decrement, the same with every repeat",
	}
}

// keyed are the answers of every call about a key.
func keyed() map[int]any {
	return map[int]any{
		http.StatusOK: participant.Entry{}, http.StatusBadRequest: web.Problem{}, http.StatusForbidden: web.Problem{},
	}
}
