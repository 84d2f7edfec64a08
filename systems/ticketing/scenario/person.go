package scenario

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxBody bounds what is read of an answer.
const maxBody = 1 << 20

// person is somebody with a session.
type person struct {
	system *System
	name   string
	cookie string
	token  string // of the queue
}

// answer is what a person gets: a status of 0 is a connection that broke.
type answer struct {
	status int
	body   []byte
}

// newPerson registers somebody whose name nobody has.
func (s *System) newPerson(ctx context.Context) (*person, error) {
	p := &person{system: s, name: "b-" + strings.ToLower(rand.Text()[:16])}
	err := p.must(ctx, http.StatusCreated, "POST", "/users", map[string]string{"name": p.name, "password": s.Password}, nil)
	return p, errors.Join(err, p.signOn(ctx))
}

// administrator signs the administrator on.
func (s *System) administrator(ctx context.Context) (*person, error) {
	p := &person{system: s, name: s.Admin}
	return p, p.signOn(ctx)
}

func (p *person) signOn(ctx context.Context) error {
	request, err := p.request(ctx, "POST", "/session", map[string]string{"user": p.name, "password": p.system.Password})
	if err != nil {
		return err
	}
	response, err := p.system.HTTP.Do(request)
	if err != nil {
		return fmt.Errorf("sign %s on: %w", p.name, err)
	}
	defer response.Body.Close()
	for _, c := range response.Cookies() {
		p.cookie = c.Name + "=" + c.Value
		return nil
	}
	return fmt.Errorf("sign %s on: answered %d without a session", p.name, response.StatusCode)
}

func (p *person) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	// A plain reader cannot be rewound, so net/http does not repeat the request by itself.
	request, err := http.NewRequestWithContext(ctx, method, p.system.URL+path, struct{ io.Reader }{bytes.NewReader(text)})
	if err != nil {
		return nil, err
	}
	request.ContentLength = int64(len(text))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Cookie", p.cookie)
	if p.token != "" {
		request.Header.Set("QUEUE-TOKEN", p.token)
	}
	return request, nil
}

// ask sends one request, under an Idempotency-Key if one is given; a broken connection is an answer too.
func (p *person) ask(ctx context.Context, method, path string, body any, key ...string) (answer, error) {
	request, err := p.request(ctx, method, path, body)
	if err != nil {
		return answer{}, err
	}
	for _, k := range key {
		request.Header.Set("Idempotency-Key", k)
	}
	response, err := p.system.HTTP.Do(request)
	if err != nil {
		return answer{}, ctx.Err()
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return answer{}, ctx.Err()
	}
	return answer{response.StatusCode, said}, nil
}

// must wants an answer of this status and reads its body.
func (p *person) must(ctx context.Context, status int, method, path string, body, into any, key ...string) error {
	a, err := p.ask(ctx, method, path, body, key...)
	if err != nil {
		return err
	}
	if a.status != status {
		return fmt.Errorf("%s %s was answered %d instead of %d: %.500s", method, path, a.status, status, a.body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(a.body, into)
}

func (p *person) see(ctx context.Context, path string, into any) error {
	return p.must(ctx, http.StatusOK, "GET", path, nil, into)
}
