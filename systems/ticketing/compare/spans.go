package compare

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// spans are how long transactions were open, by file. It is safe for concurrent use.
type spans struct {
	mu  sync.Mutex
	all map[string][]time.Duration
}

func newSpans() *spans { return &spans{all: map[string][]time.Duration{}} }

func (s *spans) add(path string, open time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.TrimSuffix(filepath.Base(path), ".db")
	s.all[name] = append(s.all[name], open)
}

// forget drops what preparations have taken.
func (s *spans) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.all)
}

// Span says how long transactions on a file were open.
type Span struct {
	File         string
	Transactions int
	P50, Longest time.Duration
}

// take is what there is, by file.
func (s *spans) take() []Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var taken []Span
	for _, name := range slices.Sorted(maps.Keys(s.all)) {
		d := s.all[name]
		taken = append(taken, Span{name, len(d), quantile(d, 0.5), slices.Max(d)})
	}
	return taken
}

// quantile is the value that a share q of all is not above; 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
