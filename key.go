package saga

import (
	"fmt"
	"strconv"
	"strings"
)

// Key names one effect of one instance: the action of a step, or its undo, in one round. Every
// attempt of that effect carries the same key, so a participant can apply it at most once. It is
// the idempotency key of the field (IETF draft-ietf-httpapi-idempotency-key-header); probe and
// fence ask about the action's key.
//
// The round grows only after a definite refusal, when a step that must finish is tried anew: a
// repeat after an unknown outcome keeps its key, and a fresh try is not answered by an old refusal.
type Key struct {
	Instance string
	Step     string
	Undo     bool
	Round    int // 0 for the first
}

// String writes the key as "instance/step", with "~undo" for a compensation and "~2" for the
// second further round. [ParseKey] reads it back.
func (k Key) String() string {
	var b strings.Builder
	b.Grow(len(k.Instance) + len(k.Step) + 12)
	b.WriteString(k.Instance)
	b.WriteByte('/')
	b.WriteString(k.Step)
	if k.Undo {
		b.WriteString("~undo")
	}
	if k.Round > 0 {
		b.WriteByte('~')
		b.WriteString(strconv.Itoa(k.Round))
	}
	return b.String()
}

// Action returns the key of the action that an undo takes back, which is what a participant knows the
// effect under. Of any other key it is the key itself.
func (k Key) Action() Key {
	if k.Undo {
		return Key{Instance: k.Instance, Step: k.Step} // what can be undone has no further rounds
	}
	return k
}

// ParseKey reads what [Key.String] wrote. An instance may contain slashes, a step may not.
// The error matches [ErrInvalid].
func ParseKey(s string) (Key, error) {
	slash := strings.LastIndexByte(s, '/')
	if slash <= 0 || slash == len(s)-1 {
		return Key{}, fmt.Errorf("%w: key %q is not instance/step", ErrInvalid, s)
	}
	k := Key{Instance: s[:slash], Step: s[slash+1:]}
	if at := strings.LastIndexByte(k.Step, '~'); at > 0 && k.Step[at+1:] != "undo" {
		round, err := strconv.Atoi(k.Step[at+1:])
		if err != nil || round < 1 || strconv.Itoa(round) != k.Step[at+1:] {
			return Key{}, fmt.Errorf("%w: key %q has no round after its last ~", ErrInvalid, s)
		}
		k.Round, k.Step = round, k.Step[:at]
	}
	k.Step, k.Undo = strings.CutSuffix(k.Step, "~undo")
	if k.Step == "" || strings.Contains(k.Step, "~") {
		return Key{}, fmt.Errorf("%w: key %q names no step", ErrInvalid, s)
	}
	return k, nil
}

// Attempt tells a step's function which call this is. Send Key with the request, so that the
// participant can tell a repeat from a new order.
type Attempt struct {
	Key Key
	// Number counts the calls made to this step in this direction, from 1: actions, probes and
	// fences alike.
	Number int
}
