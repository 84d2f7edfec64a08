package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
)

// childVariable is set in the environment of a process that is a participant; it says which step
// refuses.
const childVariable = "SAGA_BENCH_PARTICIPANT"

// Child makes this process a participant if it was started as one, and returns when it is not
// needed any more. Call it first in main; if it reports true, main is over.
func Child() bool {
	refuses, err := strconv.Atoi(os.Getenv(childVariable))
	if err != nil {
		return false
	}
	if err := serve(os.Stdin, os.Stdout, Workload{Refuses: refuses}); err != nil {
		fmt.Fprintln(os.Stderr, "participant:", err)
	}
	return true
}

// serve listens, says where, and ends with its input: when the parent is gone, so is the child.
func serve(in io.Reader, out io.Writer, w Workload) error {
	seen := newCounter(w)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: withTallies(seen)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	err = errors.Join(err, server.Close())
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

func withTallies(seen *counter) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /", Handler(seen))
	mux.HandleFunc("GET /tallies", func(w http.ResponseWriter, _ *http.Request) {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		_ = json.NewEncoder(w).Encode(seen.calls) // the reader notices what is missing
	})
	return mux
}

// Handler lets a participant be called over HTTP, at /act and /undo: 409 is a refusal.
func Handler(p Participant) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /act", func(w http.ResponseWriter, r *http.Request) {
		if c, ok := read(w, r); ok && p.Act(r.Context(), c.Saga, c.Step) != nil {
			w.WriteHeader(http.StatusConflict)
		}
	})
	mux.HandleFunc("POST /undo", func(w http.ResponseWriter, r *http.Request) {
		if c, ok := read(w, r); ok && p.Undo(r.Context(), c.Saga, c.Step) != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	return mux
}

func read(w http.ResponseWriter, r *http.Request) (c call, ok bool) {
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil || c.Saga == "" {
		http.Error(w, "not a call", http.StatusBadRequest)
		return c, false
	}
	return c, true
}
