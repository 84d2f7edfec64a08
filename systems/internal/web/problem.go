package web

import (
	"encoding/json"
	"maps"
	"net/http"
)

// Problem is an error as RFC 9457 writes it, and a Go error on its way there.
type Problem struct {
	Type   string // the system's prefix and a code
	Title  string // the same for every problem of this type
	Status int
	Detail string         // of this one; it ends with what to do next
	More   map[string]any // further members; they may be empty
}

// Error makes a problem an error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// MarshalJSON writes the members of RFC 9457 and what More adds.
func (p *Problem) MarshalJSON() ([]byte, error) {
	members := map[string]any{"type": p.Type, "title": p.Title, "status": p.Status, "detail": p.Detail}
	maps.Copy(members, p.More)
	return json.Marshal(members)
}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, v any) { write(w, status, "application/json", v) }

func write(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil { // only a service's own types get here, and none of them can fail
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a caller that is gone has nothing to be told
}
