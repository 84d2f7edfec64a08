package main

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// source is what the page shows: the system's orders, and the rows that were played on it.
type source struct {
	player  *player
	control client

	mu      sync.Mutex
	playing bool // a row, or the stories in the terminal
	results map[string]page.Result
}

func newSource(p *player) *source {
	return &source{player: p, control: client{url: "http://" + p.at.control}, results: map[string]page.Result{}}
}

// occupy keeps people from playing while somebody else does, and free lets them.
func (s *source) occupy() { s.set(true) }
func (s *source) free()   { s.set(false) }

func (s *source) set(playing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.playing = playing
}

// Orders implements [page.Source].
func (s *source) Orders(ctx context.Context) ([]page.Order, error) {
	var book []page.Order
	_, err := s.control.do(ctx, http.MethodGet, bookPath, nil, &book)
	return book, err
}

// Results implements [page.Source].
func (s *source) Results(context.Context) map[string]page.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.results)
}

// Play implements [page.Source].
func (s *source) Play(ctx context.Context, id string) error {
	rows, err := scenario.Find(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.playing {
		return page.ErrBusy
	}
	s.playing = true
	s.results[id] = page.Result{Playing: true, At: time.Now()}
	go s.play(context.WithoutCancel(ctx), rows[0])
	return nil
}

func (s *source) play(ctx context.Context, row scenario.Row) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	result, err := scenario.Play(ctx, s.player.shop, row)
	shown := page.Result{Passed: result.Passed, Got: result.Got, Order: result.Order, Took: result.Took, At: time.Now()}
	if err != nil {
		shown.Err = err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results[row.ID], s.playing = shown, false
}

// Armed implements [page.Source].
func (s *source) Armed(ctx context.Context) ([]fault.Fault, error) {
	now, err := s.player.shop.Faults(ctx)
	return now.Armed, err
}

// Switch implements [page.Source].
func (s *source) Switch(ctx context.Context, f fault.Fault, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.playing {
		return page.ErrBusy // the row's own faults are at work
	}
	if err := s.player.shop.Disarm(ctx, f); err != nil || !on {
		return err
	}
	f.Times = -1
	return s.player.shop.Arm(ctx, f)
}

// Clear implements [page.Source].
func (s *source) Clear(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.playing {
		return page.ErrBusy
	}
	return s.player.shop.Heal(ctx)
}
