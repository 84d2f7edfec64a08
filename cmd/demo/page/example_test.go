package page_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/seosa-dev/saga/cmd/demo/page"
)

// playing is a source that plays one row for ever. This example needs no more of it.
type playing struct {
	page.Source
	row string
}

func (p *playing) Play(_ context.Context, row string) error {
	if p.row != "" {
		return page.ErrBusy
	}
	p.row = row
	return nil
}

func (p *playing) Results(context.Context) map[string]page.Result {
	return map[string]page.Result{p.row: {Playing: true}}
}

// A page over a source. A row is played by a form, and the page leads back to it.
func Example() {
	front, err := page.New(page.Config{Source: &playing{}})
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
