package saga_test

import (
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
)

func TestKeyAsText(t *testing.T) {
	for text, key := range map[string]saga.Key{
		"order-7/pay":        {Instance: "order-7", Step: "pay"},
		"order-7/pay~undo":   {Instance: "order-7", Step: "pay", Undo: true},
		"order-7/pay~2":      {Instance: "order-7", Step: "pay", Round: 2},
		"order-7/pay~undo~9": {Instance: "order-7", Step: "pay", Undo: true, Round: 9},
		"a/b/c/pay":          {Instance: "a/b/c", Step: "pay"},
		"a~undo/pay":         {Instance: "a~undo", Step: "pay"},
		"a~2/pay~3":          {Instance: "a~2", Step: "pay", Round: 3},
		"//pay":              {Instance: "/", Step: "pay"},
		"i/undo":             {Instance: "i", Step: "undo"},
		"i/2":                {Instance: "i", Step: "2"},
		"주문-1/결제~undo":       {Instance: "주문-1", Step: "결제", Undo: true},
	} {
		if got := key.String(); got != text {
			t.Errorf("%+v is written %q, want %q", key, got, text)
		}
		if got, err := saga.ParseKey(text); err != nil || got != key {
			t.Errorf("%q is read as %+v, error %v; want %+v", text, got, err, key)
		}
	}
}

func TestParseKeyRefuses(t *testing.T) {
	for _, text := range []string{
		"", "/", "i", "i/", "/pay", "i/~undo", "i/~2", "i/~", "i/pay~", "i/pay~0", "i/pay~-1", "i/pay~+2", "i/pay~02",
		"i/pay~x", "i/pay~2~undo", "i/pay~undo~undo", "i/pay~1~2", "i/pay~undo~0", "i/pay~99999999999999999999",
	} {
		k, err := saga.ParseKey(text)
		if err == nil {
			t.Errorf("%q is read as %+v", text, k)
			continue
		}
		wantIs(t, err, saga.ErrInvalid)
		wantSaid(t, err, text)
	}
}

// Whatever is read is written as it was, so no two texts name one effect.
func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"i/pay", "i/pay~undo", "i/pay~2", "i/pay~undo~3", "a/b~undo/c", "i/~undo", "i/pay~02", "/", "~/~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := saga.ParseKey(text)
		if err != nil {
			wantIs(t, err, saga.ErrInvalid)
			return
		}
		if k.String() != text || k.Instance == "" || k.Step == "" || k.Round < 0 {
			t.Errorf("%q is read as %+v and written as %q", text, k, k)
		}
	})
}

// Different effects never share a key.
func FuzzKeyRoundTrip(f *testing.F) {
	f.Add("order-7", "pay", true, 2)
	f.Add("a/b~undo", "undo", false, 0)
	f.Fuzz(func(t *testing.T, instance, step string, undo bool, round int) {
		k := saga.Key{Instance: instance, Step: step, Undo: undo, Round: round}
		got, err := saga.ParseKey(k.String())
		if err == nil && got == k {
			return
		}
		// Only names that no definition may have, and rounds that do not exist, may get lost.
		if instance != "" && step != "" && round >= 0 && !strings.ContainsAny(step, "/~") {
			t.Errorf("%+v is written %q and read as %+v, error %v", k, k, got, err)
		}
	})
}

// An undo's key leads to the action that it takes back; there is one, of the first round.
func TestActionOfAKey(t *testing.T) {
	undo := saga.Key{Instance: "order-7", Step: "pay", Undo: true, Round: 2}
	if got := undo.Action().String(); got != "order-7/pay" {
		t.Errorf("the action of %s is %s", undo, got)
	}
	again := saga.Key{Instance: "order-7", Step: "pay", Round: 2}
	if again.Action() != again {
		t.Errorf("the action of %s is %s", again, again.Action())
	}
}
