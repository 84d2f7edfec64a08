package web

import (
	"cmp"
	"net/http"
	"reflect"
	"strconv"
)

const (
	documentPath    = "/openapi.json"
	documentVersion = "3.1.0"
	sessionScheme   = "session"
)

// object is a part of the document. The encoder sorts its members, so that the same routes make the
// same document.
type object = map[string]any

// document is what a Mux says about itself, as OpenAPI 3.1 writes it.
type document struct {
	paths    map[string]object // by path: the operations by method
	schemas  schemas
	sessions bool // there is an operation that needs one
}

func documentOperation() Operation {
	return Operation{
		ID: "describe", Summary: "What is served here: this document",
		Answers: map[int]any{http.StatusOK: map[string]any{}},
	}
}

func (m *Mux) serveDocument(w http.ResponseWriter, _ *http.Request) {
	responses := object{}
	for _, own := range ownAnswers() {
		responses[own.name] = object{"description": http.StatusText(own.status), "content": problemContent()}
	}
	components := object{"schemas": m.document.schemas.components, "responses": responses}
	if m.document.sessions {
		components["securitySchemes"] = object{sessionScheme: object{"type": "apiKey", "in": "cookie", "name": m.Cookie}}
	}
	WriteJSON(w, http.StatusOK, object{
		"openapi":    documentVersion,
		"info":       object{"title": cmp.Or(m.Title, m.Service), "version": cmp.Or(m.Version, "1")},
		"paths":      m.document.paths,
		"components": components,
	})
}

// add documents a route. The pattern is told as it is besides, because a path of OpenAPI does not
// say where a wildcard or a subtree ends.
func (d *document) add(pattern string, op Operation) {
	method, path, names := splitPattern(pattern)
	if d.paths == nil {
		d.paths = map[string]object{}
	}
	if d.paths[path] == nil {
		d.paths[path] = object{}
	}
	if d.paths[path][method] != nil {
		panic("web: " + pattern + " is documented by another route already; give it a path of its own")
	}
	described := object{"responses": d.answers(op.Answers), "x-pattern": pattern}
	setText(described, "operationId", op.ID)
	setText(described, "summary", op.Summary)
	setText(described, "description", op.Description)
	if parameters := parametersOf(op.Parameters, names); len(parameters) > 0 {
		described["parameters"] = parameters
	}
	if op.Body != nil {
		described["requestBody"] = object{"required": true, "content": d.content(op.Body)}
	}
	if op.Session {
		d.sessions = true
		described["security"] = []object{{sessionScheme: []string{}}}
	}
	d.paths[path][method] = described
}

// answers describes what an operation answers by itself, and refers to what Mux answers for it.
func (d *document) answers(answers map[int]any) object {
	d.schemas.of(reflect.TypeFor[Problem]())
	described := object{}
	for _, own := range ownAnswers() {
		described[strconv.Itoa(own.status)] = object{"$ref": "#/components/responses/" + own.name}
	}
	for status, body := range answers {
		answer := object{"description": cmp.Or(http.StatusText(status), "Status "+strconv.Itoa(status))}
		if body != nil {
			answer["content"] = d.content(body)
		}
		described[strconv.Itoa(status)] = answer
	}
	return described
}

func (d *document) content(body any) object {
	if media, ok := body.(Media); ok {
		return object{string(media): object{}}
	}
	t := reflect.TypeOf(body)
	if t == reflect.TypeFor[Problem]() || t == reflect.TypeFor[*Problem]() {
		return problemContent()
	}
	return object{"application/json": object{"schema": d.schemas.of(t)}}
}

func parametersOf(given []Parameter, names []string) []object {
	var all []object
	for _, name := range names {
		p := Parameter{Name: name}
		for _, g := range given {
			if g.In == "path" && g.Name == name {
				p = g
			}
		}
		p.In, p.Required = "path", true
		all = append(all, p.describe())
	}
	for _, p := range given {
		if p.In != "path" {
			all = append(all, p.describe())
		}
	}
	return all
}

func (p Parameter) describe() object {
	described := object{"name": p.Name, "in": p.In, "required": p.Required, "schema": object{"type": "string"}}
	setText(described, "description", p.Description)
	setText(described, "example", p.Example)
	return described
}

func setText(o object, name, text string) {
	if text != "" {
		o[name] = text
	}
}
