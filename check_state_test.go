package saga_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

type (
	base struct{ ID string }

	withUnexported struct {
		ID    string
		total int
	}
	withFunc      struct{ Undo func() }
	withChan      struct{ Done chan int }
	withInterface struct{ Pay fmt.Stringer }
	withEmbedded  struct{ base }
	withDash      struct {
		Secret string `json:"-"`
	}
	withComplex struct{ Phase complex128 }
	// What hides one level down is lost just the same.
	withNested     struct{ Lines []struct{ price int } }
	withNestedFunc struct{ Hooks map[string]func() }
	withNestedDash struct{ Card hiddenCode }
	hiddenCode     struct {
		Number string
		Code   string `json:"-"`
	}
	withMapKey   struct{ Seats map[[2]int]string }
	withSameName struct {
		Name  string
		Other string `json:"Name"`
	}
	withOneWay    struct{ Amount oneWay }
	oneWay        struct{ cents int }
	withMarshaler struct{ Any json.Marshaler }
)

// MarshalJSON writes what nothing reads back.
func (o oneWay) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%d.00", o.cents), nil }

// newWith makes an engine for a definition over a state type.
func newWith[S any]() error {
	does := func(context.Context, *S, saga.Attempt) error { return nil }
	_, err := saga.New(memory.Open(), nil, saga.Definition[S]{Name: "d", Version: 1, Steps: []saga.Step[S]{{Name: "a", Action: does, Compensation: does}}})
	return err
}

func TestNewRefusesAStateThatJSONWouldLose(t *testing.T) {
	_ = withUnexported{total: 1}
	for name, c := range map[string]struct {
		err  error
		says []string
	}{
		"unexported":      {newWith[withUnexported](), []string{"total", "exported"}},
		"func":            {newWith[withFunc](), []string{"Undo"}},
		"chan":            {newWith[withChan](), []string{"Done"}},
		"interface":       {newWith[withInterface](), []string{"Pay"}},
		"embedded":        {newWith[withEmbedded](), []string{"base", "named"}},
		"dash":            {newWith[withDash](), []string{"Secret"}},
		"complex":         {newWith[withComplex](), []string{"Phase"}},
		"in a list":       {newWith[withNested](), []string{"Lines"}},
		"in a map":        {newWith[withNestedFunc](), []string{"Hooks"}},
		"not a struct":    {newWith[map[string]int](), []string{"use a struct"}},
		"a pointer":       {newWith[*cart](), []string{"use a struct"}},
		"several at once": {newWith[struct{ a, B, c int }](), []string{"a, c"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantIs(t, c.err, saga.ErrInvalid)
			wantSaid(t, c.err, append(c.says, `definition "d"`)...)
		})
	}
}

func TestNewRefusesAStateThatCannotBeReadBack(t *testing.T) {
	for name, c := range map[string]struct {
		err error
		say string
	}{
		"a dash one level down":            {newWith[withNestedDash](), "Card"},
		"keys that JSON has not":           {newWith[withMapKey](), "Seats"},
		"two fields of one name":           {newWith[withSameName](), "Name"},
		"a type that only writes itself":   {newWith[withOneWay](), "Amount"},
		"an interface that only can write": {newWith[withMarshaler](), "Any"},
	} {
		t.Run(name, func(t *testing.T) {
			wantIs(t, c.err, saga.ErrInvalid)
			wantSaid(t, c.err, c.say)
		})
	}
}

// rich is a state of everything that JSON keeps.
type rich struct {
	Text    string `json:"text,omitempty"`
	Amount  int64
	Ratio   float64
	Done    bool
	At      time.Time
	Wait    time.Duration
	Raw     json.RawMessage
	Bytes   []byte
	Big     *big.Int
	Next    *rich
	Seats   map[int][]string
	Line    struct{ Price, Count int }
	Pair    [2]string
	Nothing *int
	Any     any
}

func richState() rich {
	r := rich{
		Text: "<a> & \u00e9 \"quoted\" 사가\n", Amount: math.MaxInt64, Ratio: 0.1, Done: true,
		At: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Wait: time.Hour, Raw: json.RawMessage(`{"b":[1,2]}`),
		Bytes: []byte{0, 255}, Big: new(big.Int).Lsh(big.NewInt(1), 100), Next: &rich{Text: "next", Raw: json.RawMessage("null")},
		Seats: map[int][]string{7: {"A1"}, -1: nil}, Pair: [2]string{"", "x"}, Any: map[string]any{"k": 1.5},
	}
	r.Line.Price = -1
	return r
}

func TestStateComesBackAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sees := func(_ context.Context, s *rich, _ saga.Attempt) error {
			if !reflect.DeepEqual(*s, richState()) {
				t.Errorf("a step sees %+v", *s)
			}
			return nil
		}
		d := saga.Definition[rich]{Name: "rich", Version: 1, Steps: []saga.Step[rich]{{Name: "a", Kind: saga.Pivot, Action: sees}, {Name: "b", Kind: saga.Retriable, Action: sees}}}
		e := run(t, memory.Open(), nil, d)
		if _, err := d.Start(t.Context(), e.Engine, "i", richState()); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Wait(t.Context(), e.Engine, "i"); err != nil || !reflect.DeepEqual(got, richState()) {
			t.Errorf("Wait returns %+v, error %v", got, err)
		}
		if _, err := d.Start(t.Context(), e.Engine, "i", richState()); err != nil {
			t.Errorf("the same start again: %v", err)
		}
	})
}

// A type that writes and reads itself as text is kept, whatever its fields are.
func TestNewTakesTypesThatMarshalAsText(t *testing.T) {
	if err := newWith[struct{ From netip.Addr }](); err != nil {
		t.Error(err)
	}
}
