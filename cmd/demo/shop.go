package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// shop is the system as its customers reach it: by HTTP.
type shop struct{ url string }

// answer is the end of an order as a shopper hears it.
type answer struct {
	status int
	says   string
	err    error
}

// place orders under a number and repeats the same request until the answer is an end. That is all
// a client has to do, whatever happens.
func (s shop) place(ctx context.Context, number, quantity int64) answer {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	body := fmt.Appendf(nil, `{"lines":[{"item":%q,"quantity":%d}]}`, item, quantity)
	for {
		var got struct {
			Status any    `json:"status"` // a word; in a problem it is the HTTP status
			Total  int64  `json:"total"`
			Detail string `json:"detail"`
		}
		status, err := s.do(ctx, http.MethodPut, fmt.Sprintf("/orders/%d", number), body, &got)
		switch {
		case err != nil:
			return answer{err: err}
		case status == http.StatusCreated || status == http.StatusOK:
			return answer{status: http.StatusCreated, says: fmt.Sprintf("%v, %s", got.Status, dollars(got.Total))}
		case status != http.StatusAccepted && status != http.StatusServiceUnavailable:
			return answer{status: status, says: got.Detail}
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return answer{err: fmt.Errorf("order %d did not end: %w", number, context.Cause(ctx))}
		}
	}
}

func (s shop) newNumber(ctx context.Context) (int64, error) {
	var got struct {
		ID int64 `json:"id"`
	}
	status, err := s.do(ctx, http.MethodPost, "/orders/new", nil, &got)
	if err == nil && got.ID == 0 {
		err = fmt.Errorf("no order number: status %d", status)
	}
	return got.ID, err
}

// do makes one request and reads a JSON answer, an error's included.
func (s shop) do(ctx context.Context, method, path string, body []byte, into any) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return 0, fmt.Errorf("%s %s: status %d: %w", method, path, resp.StatusCode, err)
	}
	return resp.StatusCode, nil
}

func dollars(cents int64) string { return fmt.Sprintf("$%d.%02d", cents/100, cents%100) }

// stock is how many of the stories' item the catalog has.
func (s shop) stock(ctx context.Context) (int64, error) {
	var got struct {
		Stock int64 `json:"stock"`
	}
	status, err := s.do(ctx, http.MethodGet, "/catalog/items/"+item, nil, &got)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("stock of %s: status %d", item, status)
	}
	return got.Stock, err
}
