package web

// Operation says what a route is for, what it takes and what it answers. It is for the document at
// /openapi.json and for nothing else: no request is judged by it. The zero value documents a route
// that takes nothing and has no answers but those that [Mux] gives by itself.
type Operation struct {
	ID          string      // unique in a Mux, a verb and a noun: "placeOrder"
	Summary     string      // one line
	Description string      // CommonMark; what the summary leaves open
	Parameters  []Parameter // the wildcards of the pattern need none
	Body        any         // the zero value of the body's type, or a [Media]; nil: no body
	// Answers holds by status the zero value of the body's type. A [Problem] stands for
	// application/problem+json, a [Media] for a body that is not JSON, nil for no body.
	Answers map[int]any
	Session bool // true: the caller must send the cookie that Mux.Cookie names
}

// Parameter is a part of a request besides its body. Its value is text.
type Parameter struct {
	Name        string
	In          string // "query", "header", "cookie", or "path" to say more about a wildcard of the pattern
	Description string
	Required    bool
	Example     string
}

// Media is the media type of a body that is not JSON; it stands where a zero value would say what
// a JSON body looks like.
type Media string

// HTML is a page.
const HTML Media = "text/html"
