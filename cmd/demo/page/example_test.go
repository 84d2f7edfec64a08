package page_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/seosa-dev/saga/cmd/demo/page"
)

// A page over a source. A row is played by a form, and the page leads back to it.
func Example() {
	front, err := page.New(page.Config{Source: newFake()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer front.Close()
	w := httptest.NewRecorder()
	front.ServeHTTP(w, httptest.NewRequest("POST", "/scenarios/B-S1", nil))
	fmt.Println(w.Code, w.Header().Get("Location"))
	w = httptest.NewRecorder()
	front.ServeHTTP(w, httptest.NewRequest("POST", "/scenarios/B-S2?as=json", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output:
	// 303 /#B-S1
	// 409 application/problem+json
}
