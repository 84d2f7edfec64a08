package web_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seosa-dev/saga/systems/internal/web"
)

func Example() {
	type pet struct {
		Name string `json:"name"`
		Age  int64  `json:"age,omitempty"` // years
	}
	m := &web.Mux{
		Title: "Pets", Version: "1", Service: "pets", Prefix: "urn:problem-type:pets:", Paths: "/pets",
		ProblemOf: func(error) *web.Problem {
			return &web.Problem{Type: "urn:problem-type:pets:gone", Title: "Gone", Status: http.StatusNotFound, Detail: "Look at /pets."}
		},
	}
	m.Handle("GET /pets/{name}",
		web.Operation{ID: "pet", Summary: "One pet", Answers: map[int]any{200: pet{}, 404: web.Problem{}}},
		func(w http.ResponseWriter, r *http.Request) error {
			if r.PathValue("name") != "rex" {
				return errors.New("ran away")
			}
			web.WriteJSON(w, http.StatusOK, pet{Name: "rex"})
			return nil
		})

	ask := func(path string) []byte {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Body.Bytes()
	}
	fmt.Printf("%s%s", ask("/pets/rex"), ask("/pets/tom"))

	var document struct {
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(ask("/openapi.json"), &document); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", document.Components.Schemas["pet"])
	// Output:
	// {"name":"rex"}
	// {"detail":"Look at /pets.","status":404,"title":"Gone","type":"urn:problem-type:pets:gone"}
	// {"additionalProperties":false,"properties":{"age":{"format":"int64","type":"integer"},"name":{"type":"string"}},"required":["name"],"type":"object"}
}
