package web

import "net/http"

type ownAnswer struct {
	name   string // in the document
	status int
}

// ownAnswers are the problems that a Mux writes whatever the route does. Operations refer to them,
// so that they can be told from what a route promises itself.
func ownAnswers() []ownAnswer {
	return []ownAnswer{
		{"Forbidden", http.StatusForbidden},
		{"NoSuchResource", http.StatusNotFound},
		{"MethodNotAllowed", http.StatusMethodNotAllowed},
		{"Internal", http.StatusInternalServerError},
	}
}

func problemContent() object {
	return object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}
}

// problemSchema is open, as RFC 9457 wants it: a problem may carry members of its own.
func problemSchema() object {
	text := object{"type": "string"}
	return object{
		"type":     "object",
		"required": []string{"type", "title", "status", "detail"},
		"properties": object{
			"type": object{"type": "string", "format": "uri-reference"}, "title": text, "detail": text,
			"status": object{"type": "integer", "minimum": 400, "maximum": 599},
		},
		"additionalProperties": true,
	}
}
