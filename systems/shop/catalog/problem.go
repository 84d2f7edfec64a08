package catalog

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// problemType is the prefix of the type of every problem but those about a key, which have the
// prefix of the package participant.
const problemType = "urn:problem-type:shop:"

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	if errors.Is(err, ErrNotFound) {
		return &web.Problem{
			Type: problemType + UnknownItem, Title: "There is no such item", Status: http.StatusNotFound,
			Detail: "Take an item id from /catalog/items.",
		}
	}
	return &web.Problem{
		Type: problemType + "internal", Title: "The service failed", Status: http.StatusInternalServerError,
		Detail: "Nothing was changed by this request. Repeat it in a moment.",
	}
}
