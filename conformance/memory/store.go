package memory

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
)

// Store is one handle on data in memory; it implements [saga.Store]. Get it from [Open] or
// [Store.Reopen]: the zero value is of no use. All methods may be called from several goroutines at
// once.
type Store struct {
	data   *data
	joined map[string]bool // through this handle; guarded by data.mu
}

// data is what a database would hold.
type data struct {
	mu       sync.Mutex
	journals map[string]*log
	keys     map[string]saga.StartKey
	held     map[string]bool // ids that an open transaction has started
	rows     map[string]saga.Row
	history  map[string]map[int][]byte
	shapes   map[shapeKey][]byte
	commands map[string]command
}

type shapeKey struct {
	name    string
	version int
}

// log is a journal: its positions that are still there, and the number of the newest.
type log struct {
	lease time.Duration
	at    map[int64]*position
	last  int64
}

type position struct {
	kind    saga.PositionKind
	entries []byte
	starts  []saga.StartKey
	answers []saga.Answer
}

// Open returns a handle on new, empty data.
func Open() *Store {
	return handle(&data{
		journals: map[string]*log{},
		keys:     map[string]saga.StartKey{},
		held:     map[string]bool{},
		rows:     map[string]saga.Row{},
		history:  map[string]map[int][]byte{},
		shapes:   map[shapeKey][]byte{},
		commands: map[string]command{},
	})
}

// Reopen returns another handle on the same data, for which every incarnation that has joined so
// far is gone. The old handle goes on working.
func (s *Store) Reopen() *Store { return handle(s.data) }

func handle(d *data) *Store { return &Store{data: d, joined: map[string]bool{}} }

// Journal implements [saga.Store].
func (s *Store) Journal() saga.Journal { return journal{s} }

// Instances implements [saga.Store].
func (s *Store) Instances() saga.Instances { return instances{s} }

// Reader implements [saga.Store].
func (s *Store) Reader() saga.Reader { return reader{s} }

// do runs fn alone, unless ctx has ended.
func (s *Store) do(ctx context.Context, fn func(d *data) error) error {
	s.data.mu.Lock()
	defer s.data.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(s.data)
}

// drained reports whether a node's journal ends with a drained seal.
func (d *data) drained(node string) bool {
	j := d.journals[node]
	return j != nil && j.at[j.last].kind == saga.Drained
}

// copyRow is a row as a database would give it back.
func copyRow(r saga.Row) saga.Row {
	r.Due, r.Started, r.Updated, r.Since = micros(r.Due), micros(r.Started), micros(r.Updated), micros(r.Since)
	r.Data = bytes.Clone(r.Data)
	return r
}

func micros(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }
