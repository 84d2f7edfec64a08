package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
)

func nothing(http.ResponseWriter, *http.Request) error { return nil }

// bare is a Mux with nothing filled in but what it cannot do without.
func bare(cookie string) *web.Mux {
	return &web.Mux{Prefix: prefix, Service: "test", Cookie: cookie, ProblemOf: func(error) *web.Problem { return nil }}
}

func documentOf(t *testing.T, m *web.Mux) string {
	t.Helper()
	openapi.Check(t, m) // it is valid
	w := send(m, "GET", "/openapi.json", "", "")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
	return strings.TrimSpace(w.Body.String())
}

// at returns the part of a document that a path of members leads to, as compact JSON.
func at(t *testing.T, document string, path ...string) string {
	t.Helper()
	part := json.RawMessage(document)
	for _, name := range path {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(part, &members); err != nil || members[name] == nil {
			t.Fatalf("there is no %q of %q: %v", name, path, err)
		}
		part = members[name]
	}
	return string(part)
}

func wantAt(t *testing.T, document, want string, path ...string) {
	t.Helper()
	if got := at(t, document, path...); got != want {
		t.Errorf("%s is\n%s, want\n%s", strings.Join(path, " "), got, want)
	}
}

type inner struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
}

type level string

func (l level) MarshalText() ([]byte, error) { return []byte(l), nil }

// everything has a member of each kind that JSON knows.
type everything struct {
	inner
	Kind     int64            `json:"kind"` // hides the inner one
	Plain    bool             // no tag
	Small    int32            `json:"small"`
	Positive uint64           `json:"positive"`
	Ratio    float64          `json:"ratio"`
	Quoted   int64            `json:"quoted,string"`
	At       time.Time        `json:"at"`
	Ended    time.Time        `json:"ended,omitzero"`
	Bytes    []byte           `json:"bytes"`
	List     []inner          `json:"list"`
	Pair     [2]bool          `json:"pair"`
	Counts   map[string]int64 `json:"counts,omitempty"`
	Any      any              `json:"any"`
	Raw      json.RawMessage  `json:"raw"`
	Level    level            `json:"level"`
	Next     *everything      `json:"next,omitempty"`
	Null     *int64           `json:"null"`
	Nested   struct {
		X int64 `json:"x"`
	} `json:"nested"`
	Hidden string `json:"-"`
	secret string
}

func TestTypesAreDescribedAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	m := bare("")
	m.Handle("GET /all", web.Operation{Answers: map[int]any{200: everything{secret: "x"}}}, nothing)
	document := documentOf(t, m)
	wantAt(t, document, `{"application/json":{"schema":{"$ref":"#/components/schemas/everything"}}}`,
		"paths", "/all", "get", "responses", "200", "content")
	const anything = `{"type":["array","boolean","null","number","object","string"]}`
	for name, want := range map[string]string{
		"id": `{"type":"string"}`, "kind": `{"format":"int64","type":"integer"}`, "Plain": `{"type":"boolean"}`,
		"small": `{"format":"int32","type":"integer"}`, "positive": `{"minimum":0,"type":"integer"}`, "ratio": `{"type":"number"}`,
		"quoted": `{"type":"string"}`, "at": `{"format":"date-time","type":"string"}`, "ended": `{"format":"date-time","type":"string"}`,
		"bytes": `{"contentEncoding":"base64","type":"string"}`, "any": anything, "raw": anything, "level": `{"type":"string"}`,
		"list":   `{"items":{"$ref":"#/components/schemas/inner"},"type":"array"}`,
		"pair":   `{"items":{"type":"boolean"},"maxItems":2,"minItems":2,"type":"array"}`,
		"counts": `{"additionalProperties":{"format":"int64","type":"integer"},"type":"object"}`,
		"next":   `{"$ref":"#/components/schemas/everything"}`,
		"null":   `{"anyOf":[{"format":"int64","type":"integer"},{"type":"null"}]}`,
		"nested": `{"additionalProperties":false,"properties":{"x":{"format":"int64","type":"integer"}},"required":["x"],"type":"object"}`,
	} {
		wantAt(t, document, want, "components", "schemas", "everything", "properties", name)
	}
	schema := at(t, document, "components", "schemas", "everything")
	var got struct {
		Properties           map[string]any
		Required             []string
		AdditionalProperties *bool
	}
	if err := json.Unmarshal([]byte(schema), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"Plain", "any", "at", "bytes", "id", "kind", "level", "list", "nested", "pair", "positive", "quoted", "ratio", "raw", "small"}
	if !slices.Equal(got.Required, want) || len(got.Properties) != 19 || got.AdditionalProperties == nil || *got.AdditionalProperties {
		t.Errorf("the schema is not closed, or the wrong members are required: %s", schema)
	}
}

// What the encoder writes fits the schema: the checker reads both.
func TestWhatIsWrittenFitsWhatIsDescribed(t *testing.T) {
	t.Parallel()
	number := int64(1)
	full := everything{
		inner: inner{"a", "b"}, Kind: 1, At: time.Now(), Ended: time.Now(), Bytes: []byte("x"), List: []inner{{}}, Counts: map[string]int64{"a": 1},
		Any: map[string]any{"a": []any{1, "x", nil, 1.5, true}}, Raw: json.RawMessage(`{}`), Level: "high", Null: &number,
		Next: &everything{Bytes: []byte{}, List: []inner{}},
	}
	for name, value := range map[string]everything{
		"full": full, "empty": {Bytes: []byte{}, List: []inner{}},
		"a number": {Any: 1, Raw: json.RawMessage(`1.5`), Bytes: []byte{}, List: []inner{}},
		"a text":   {Any: "x", Raw: json.RawMessage(`true`), Bytes: []byte{}, List: []inner{}},
	} {
		m := bare("")
		m.Handle("GET /all", web.Operation{Answers: map[int]any{200: everything{}}}, func(w http.ResponseWriter, _ *http.Request) error {
			web.WriteJSON(w, http.StatusOK, value)
			return nil
		})
		w := httptest.NewRecorder()
		openapi.Check(t, m).ServeHTTP(w, httptest.NewRequest("GET", "/all", nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
	}
}

func TestAnOperationIsDescribed(t *testing.T) {
	t.Parallel()
	m := bare("crumb")
	m.Title, m.Version = "Things", "7"
	m.Handle("PUT /things/{id}/parts/{rest...}", web.Operation{
		ID: "putPart", Summary: "Puts", Description: "It puts.", Session: true, Body: inner{},
		Parameters: []web.Parameter{
			{Name: "dry", In: "query", Description: "try it", Example: "yes"},
			{Name: "rest", In: "path", Description: "all of it"},
			{Name: "Key", In: "header", Required: true},
		},
		Answers: map[int]any{204: nil, 404: web.Problem{}, 409: &web.Problem{}, 200: web.HTML},
	}, nothing)
	m.Handle("POST /form", web.Operation{Body: web.Media("application/x-www-form-urlencoded"), Answers: map[int]any{303: nil}}, nothing)
	document := documentOf(t, m)
	wantAt(t, document, `"3.1.0"`, "openapi")
	wantAt(t, document, `{"title":"Things","version":"7"}`, "info")
	wantAt(t, document, `{"session":{"in":"cookie","name":"crumb","type":"apiKey"}}`, "components", "securitySchemes")
	const problem = `{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}`
	put := at(t, document, "paths", "/things/{id}/parts/{rest}", "put")
	for name, want := range map[string]string{
		"operationId": `"putPart"`, "summary": `"Puts"`, "description": `"It puts."`, "security": `[{"session":[]}]`,
		"x-pattern":   `"PUT /things/{id}/parts/{rest...}"`,
		"requestBody": `{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/inner"}}},"required":true}`,
		"parameters": `[{"in":"path","name":"id","required":true,"schema":{"type":"string"}},` +
			`{"description":"all of it","in":"path","name":"rest","required":true,"schema":{"type":"string"}},` +
			`{"description":"try it","example":"yes","in":"query","name":"dry","required":false,"schema":{"type":"string"}},` +
			`{"in":"header","name":"Key","required":true,"schema":{"type":"string"}}]`,
		"responses": `{"200":{"content":{"text/html":{}},"description":"OK"},"204":{"description":"No Content"},` +
			`"403":{"$ref":"#/components/responses/Forbidden"},"404":{"content":` + problem + `,"description":"Not Found"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},` +
			`"409":{"content":` + problem + `,"description":"Conflict"},"500":{"$ref":"#/components/responses/Internal"}}`,
	} {
		wantAt(t, put, want, name)
	}
	wantAt(t, document, `{"content":{"application/x-www-form-urlencoded":{}},"required":true}`, "paths", "/form", "post", "requestBody")
	wantAt(t, document, `"describe"`, "paths", "/openapi.json", "get", "operationId")
}

func TestTheDocumentIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	build := func() string {
		m := bare("c")
		for _, path := range []string{"/c", "/a", "/b"} {
			m.Handle("GET "+path, web.Operation{Session: true, Answers: map[int]any{200: everything{}, 400: web.Problem{}, 404: web.Problem{}}}, nothing)
			m.Handle("POST "+path, web.Operation{Body: inner{}}, nothing)
		}
		return documentOf(t, m)
	}
	first := build()
	for range 20 {
		if again := build(); again != first {
			t.Fatalf("two documents of the same routes:\n%s\n%s", first, again)
		}
	}
	wantAt(t, first, `{"title":"test","version":"1"}`, "info") // the defaults
}

func TestNamesOfComponents(t *testing.T) {
	t.Parallel()
	type Operation struct{ X int64 }
	type page[T any] struct{ Items []T }
	m := bare("")
	m.Handle("GET /a", web.Operation{Answers: map[int]any{200: Operation{}}}, nothing)
	m.Handle("GET /b", web.Operation{Answers: map[int]any{200: web.Parameter{}}}, nothing)
	m.Handle("GET /c", web.Operation{Answers: map[int]any{200: struct{ O web.Operation }{}}}, nothing)
	m.Handle("GET /d", web.Operation{Answers: map[int]any{200: page[string]{}}}, nothing)
	document := documentOf(t, m)
	wantAt(t, document, `{"additionalProperties":false,"properties":{"X":{"format":"int64","type":"integer"}},"required":["X"],"type":"object"}`,
		"components", "schemas", "Operation")
	at(t, document, "components", "schemas", "web.Operation")
	at(t, document, "components", "schemas", "page_string_")
}

func TestAForeignHandlerWritesItsOwnErrors(t *testing.T) {
	t.Parallel()
	m, log := newMux()
	m.HandleHTTP("GET /foreign", web.Operation{}, http.NotFoundHandler())
	if w := send(m, "GET", "/foreign", "", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "404 page not found") || log.Len() > 0 {
		t.Errorf("got %d %s, the log says %q", w.Code, w.Body, log)
	}
}

func TestWhatCannotBeDocumentedIsNotServed(t *testing.T) {
	t.Parallel()
	for name, register := range map[string]func(*web.Mux){
		"no method": func(m *web.Mux) { m.Handle("/a", web.Operation{}, nothing) },
		"a host":    func(m *web.Mux) { m.Handle("GET example.com/a", web.Operation{}, nothing) },
		"a channel": func(m *web.Mux) { m.Handle("GET /a", web.Operation{Body: make(chan int)}, nothing) },
		"no cookie": func(m *web.Mux) { m.Handle("GET /a", web.Operation{Session: true}, nothing) },
		"twice a end": func(m *web.Mux) {
			m.Handle("GET /a/{$}", web.Operation{}, nothing)
			m.Handle("GET /a/", web.Operation{}, nothing)
		},
	} {
		if said := panicOf(func() { register(bare("")) }); !strings.HasPrefix(said, "web: ") {
			t.Errorf("%s: panicked with %q", name, said)
		}
	}
}

func panicOf(f func()) (said string) {
	defer func() { said, _ = recover().(string) }()
	f()
	return ""
}
