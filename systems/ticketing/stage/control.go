package stage

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

const (
	maxBody = 1 << 10
	maxRows = 1000
)

// controls is the handler of the control address.
func (s *system) controls() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.wrong.set.Handler())
	mux.HandleFunc("PUT "+scenario.ClockPath, func(w http.ResponseWriter, r *http.Request) {
		var ahead scenario.Ahead
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&ahead); err != nil {
			http.Error(w, "send {\"milliseconds\":0}: "+err.Error(), http.StatusBadRequest)
			return
		}
		s.clock.set(time.Duration(ahead.Milliseconds) * time.Millisecond)
		write(w, ahead, nil)
	})
	mux.HandleFunc("GET "+scenario.WaitingPath, func(w http.ResponseWriter, r *http.Request) {
		waiting, err := s.waiting(r.Context())
		write(w, waiting, err)
	})
	return mux
}

func (s *system) waiting(ctx context.Context) (w scenario.Waiting, err error) {
	for _, outbox := range s.platform.Outboxes() {
		rows, err := outbox.Rows(ctx, maxRows)
		if err != nil {
			return w, err
		}
		for _, r := range rows {
			if !r.Dead {
				w.Messages++
			}
		}
	}
	return w, nil
}

func write(w http.ResponseWriter, body any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // a parent that is gone needs nothing
}
