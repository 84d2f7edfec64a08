package participant_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/seosa-dev/saga/participant"
)

// told is what the caller of one key has been told, and what may therefore never happen again.
type told struct {
	applied bool              // that the effect is there, or was
	last    participant.State // if final: not there, and never again
	entry   participant.Entry // then to the byte
}

// FuzzBarrier plays calls over three keys. Whatever their order, an effect happens at most once,
// is undone at most once and never without having happened, and what was told stays true.
func FuzzBarrier(f *testing.F) {
	f.Add([]byte{0, 4, 0, 5, 3})                // do, undo, late do
	f.Add([]byte{5, 0, 3, 0, 4})                // fence, late do
	f.Add([]byte{1, 1, 2, 0, 4, 3, 8, 9, 12})   // refusals
	f.Add([]byte{3, 3, 0, 4, 64, 68, 69, 67})   // an undo of nothing; another key
	f.Add([]byte{6, 6, 0, 7, 4, 7, 4, 3, 70})   // failures
	f.Add([]byte{0, 32, 40, 36, 128, 129, 192}) // the other operation
	f.Fuzz(func(t *testing.T, calls []byte) {
		s := newService()
		knows := map[string]*told{"a": {}, "b": {}, "c": {}}
		for _, c := range calls[:min(len(calls), 200)] {
			key := []string{"a", "b", "c"}[int(c>>6)%3]
			e, err := s.play(t, c, key)
			knows[key].learn(t, e, err)
			s.check(t, key, knows[key])
		}
	})
}

// play makes the call that a byte stands for.
func (s *service) play(t *testing.T, c byte, key string) (participant.Entry, error) {
	op := s.operation([]string{"stock", "money"}[int(c>>5)&1])
	bodies := []string{two, refused, three, `{"quantity":5,"then":"refuse plainly"}`}
	s.broken = nil
	switch c % 8 {
	case 4:
		return op.Undo(t.Context(), key)
	case 5:
		return op.Fence(t.Context(), key)
	case 6:
		return op.Do(t.Context(), key, raw([]string{`{"quantity":2,"then":"fail"}`, `{"quantity":2,"then":"reject"}`, `{`}[int(c>>3)%3]))
	case 7:
		if c>>3&1 == 0 {
			return op.Probe(t.Context(), key)
		}
		s.broken = errBroken
		return op.Undo(t.Context(), key)
	}
	return op.Do(t.Context(), key, raw(bodies[c%4]))
}

// learn compares an answer with what was told before.
func (k *told) learn(t *testing.T, e participant.Entry, err error) {
	t.Helper()
	if err != nil {
		expected := []error{participant.ErrKeyReused, participant.ErrInvalid, errBroken}
		if !slices.ContainsFunc(expected, func(want error) bool { return errors.Is(err, want) }) {
			t.Fatalf("an error that nothing caused: %v", err)
		}
		return
	}
	if k.last != "" && !reflect.DeepEqual(e, k.entry) {
		t.Fatalf("told %+v, and then %+v", k.entry, e)
	}
	switch e.State {
	case participant.None:
		if k.applied {
			t.Fatal("an effect was forgotten")
		}
	case participant.Applied:
		k.applied = true
	case participant.Reverted:
		k.applied = true
		k.last, k.entry = e.State, e
	default:
		if k.applied {
			t.Fatalf("an effect that was there is said to be %s", e.State)
		}
		k.last, k.entry = e.State, e
	}
}

// check compares the effect itself with what was told.
func (s *service) check(t *testing.T, key string, k *told) {
	t.Helper()
	done, undone := s.done[key], s.undone[key]
	if done > 1 || undone > done {
		t.Fatalf("%s was done %d times and undone %d times", key, done, undone)
	}
	if (s.taken[key] != 0) != (done > undone) {
		t.Fatalf("%s has %d taken, done %d, undone %d", key, s.taken[key], done, undone)
	}
	if k.last != "" && s.taken[key] != 0 {
		t.Fatalf("%s was told to be %s, and %d are taken", key, k.last, s.taken[key])
	}
	if k.applied && done == 0 {
		t.Fatalf("%s was told to be applied, and was not", key)
	}
}
