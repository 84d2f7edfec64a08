package openapi_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
)

// printer stands for the t of a test.
type printer struct{ testing.TB }

func (printer) Helper()                  {}
func (printer) Context() context.Context { return context.Background() }
func (printer) Errorf(format string, args ...any) {
	fmt.Println(strings.Split(fmt.Sprintf(format, args...), "\n")[0])
}

func Example() {
	type clock struct {
		Time string `json:"time"`
	}
	m := &web.Mux{Service: "clock", Prefix: "urn:problem-type:clock:", Logger: slog.New(slog.DiscardHandler)}
	m.Handle("GET /time", web.Operation{Answers: map[int]any{200: clock{}, 503: web.Problem{}}},
		func(w http.ResponseWriter, r *http.Request) error {
			if r.URL.RawQuery != "" {
				web.WriteJSON(w, http.StatusTeapot, clock{})
				return nil
			}
			web.WriteJSON(w, http.StatusOK, clock{"12:00"})
			return nil
		})

	checked := openapi.Check(printer{}, m) // in a test: its t
	for _, target := range []string{"/time", "/time?zone=Asia/Seoul"} {
		checked.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, target, nil))
	}
	fmt.Println(checked.Unseen())
	// Output:
	// openapi: GET /time (GET /time) answered 418: status 418 is not documented
	// [GET /time: never answered 503]
}
