package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// item is what every story orders: the large angelfish of the write-up's pet store.
const item = "EST-1"

// client is a shopper: it reaches the system by HTTP and in no other way.
type client struct {
	url    string
	cookie string // of the session
}

// httpClient opens a connection for each request: one that a kill broke is never used again.
func httpClient() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
}

// answer is the end of an order as a shopper hears it.
type answer struct {
	status int
	says   string
	err    error
}

// signOn opens a session and returns its cookie.
func (c client) signOn(ctx context.Context, user string) (string, error) {
	body, err := json.Marshal(map[string]string{"user": user, "password": user})
	if err != nil {
		return "", err
	}
	response, err := c.send(ctx, http.MethodPost, "/session", body)
	if err != nil {
		return "", fmt.Errorf("sign %s on: %w", user, err)
	}
	defer response.Body.Close()
	for _, cookie := range response.Cookies() {
		return cookie.Name + "=" + cookie.Value, nil
	}
	return "", fmt.Errorf("sign %s on: answered %d without a session", user, response.StatusCode)
}

// place orders under a number and repeats the same request until the answer is an end. That is all
// a client has to do, whatever happens.
func (c client) place(ctx context.Context, number, quantity int64) answer {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	body := fmt.Appendf(nil, `{"lines":[{"item":%q,"quantity":%d}]}`, item, quantity)
	for {
		var got struct {
			Type   string `json:"type"`
			Status any    `json:"status"` // a word; in a problem it is the HTTP status
			Total  int64  `json:"total"`
			Detail string `json:"detail"`
		}
		status, err := c.do(ctx, http.MethodPut, fmt.Sprintf("/orders/%d", number), body, &got)
		again := status == http.StatusAccepted || status == http.StatusServiceUnavailable || strings.HasSuffix(got.Type, ":in-flight")
		switch {
		case err != nil:
			return answer{err: err}
		case status == http.StatusCreated:
			return answer{status: status, says: fmt.Sprintf("%v, %s", got.Status, dollars(got.Total))}
		case !again:
			return answer{status: status, says: got.Detail}
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return answer{err: fmt.Errorf("order %d did not end: %w", number, context.Cause(ctx))}
		}
	}
}

func (c client) newNumber(ctx context.Context) (int64, error) {
	var got struct {
		ID int64 `json:"id"`
	}
	status, err := c.do(ctx, http.MethodPost, "/orders/new", nil, &got)
	if err == nil && got.ID == 0 {
		err = fmt.Errorf("no order number: status %d", status)
	}
	return got.ID, err
}

// stock is how many of the stories' item the catalog has.
func (c client) stock(ctx context.Context) (int64, error) {
	var got struct {
		Stock int64 `json:"stock"`
	}
	status, err := c.do(ctx, http.MethodGet, "/catalog/items/"+item, nil, &got)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("stock of %s: status %d", item, status)
	}
	return got.Stock, err
}

// do makes one request and reads a JSON answer, an error's included.
func (c client) do(ctx context.Context, method, path string, body []byte, into any) (int, error) {
	response, err := c.send(ctx, method, path, body)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return 0, fmt.Errorf("%s %s: status %d: %w", method, path, response.StatusCode, err)
	}
	return response.StatusCode, nil
}

func (c client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.cookie != "" {
		request.Header.Set("Cookie", c.cookie)
	}
	return httpClient().Do(request)
}

func dollars(cents int64) string { return fmt.Sprintf("$%d.%02d", cents/100, cents%100) }
