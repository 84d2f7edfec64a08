package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// recorded is a transaction as the page gives it to programs.
type recorded struct {
	Status  string   `json:"status"`
	History []moment `json:"history"`
}

type moment struct {
	At      time.Time     `json:"at"`
	Kind    string        `json:"kind"`
	Step    string        `json:"step"`
	Call    saga.CallKind `json:"call"`
	Attempt int           `json:"attempt"`
	Outcome saga.Outcome  `json:"outcome"`
	Error   string        `json:"error"`
	Status  saga.Status   `json:"status"`
}

// timeline prints the history of an order's transaction: what the page shows, in letters.
func (p *player) timeline(ctx context.Context, number int64) error {
	var r recorded
	path := fmt.Sprintf("/transactions/%d/1?as=json&lang=en", number)
	if err := p.eventually(ctx, path, &r); err != nil {
		return err
	}
	for _, m := range r.History {
		if m.Kind == "released" {
			continue // between nodes; nothing for a reader here
		}
		since := m.At.Sub(r.History[0].At)
		fmt.Fprintf(p.out, "   %9s  %s\n", since.Round(time.Millisecond), m.line())
	}
	return nil
}

// settled waits until what an earlier run left under way has ended: its orders take stock as well.
func (p *player) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		var list struct {
			Counts map[string]int `json:"counts"`
		}
		status, err := p.client.do(ctx, http.MethodGet, "/transactions?as=json", nil, &list)
		open := list.Counts["running"] + list.Counts["unknown"] + list.Counts["compensating"]
		if err == nil && status == http.StatusOK && open == 0 {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d orders of an earlier run do not end: %w", open, context.Cause(ctx))
		}
	}
}

// eventually reads the page until it is at the transaction's end: rows are written a moment behind
// the journal.
func (p *player) eventually(ctx context.Context, path string, r *recorded) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		*r = recorded{}
		status, err := p.client.do(ctx, http.MethodGet, path, nil, r)
		if n := len(r.History); err == nil && status == http.StatusOK && n > 0 && r.History[n-1].Status.Ended() {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%s never showed the end: %w", path, context.Cause(ctx))
		}
	}
}

// mark is solid where the fact is known and hollow where it is not, as on the page.
func (m moment) mark() string {
	switch m.Outcome {
	case saga.Succeeded:
		return "●"
	case saga.Refused:
		return "■"
	case saga.Unknown:
		return "◇"
	}
	return "·"
}

func (m moment) line() string {
	switch {
	case m.Kind == "ended":
		return "· " + string(m.Status)
	case m.Kind == "recovered":
		return "◇ taken over: what was under way may or may not have been done"
	case m.Step == "":
		return "· " + m.Kind
	}
	text := fmt.Sprintf("%s %s: %s", m.mark(), m.Step, m.Outcome)
	if m.Call != saga.CallAction {
		text = fmt.Sprintf("%s %s, %s: %s", m.mark(), m.Step, m.Call, m.Outcome)
	}
	if m.Error != "" && m.Outcome != saga.Succeeded {
		text += " — " + strings.TrimPrefix(m.Error, string(m.Outcome)+": ")
	}
	return text
}
