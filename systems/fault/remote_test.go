package fault_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
)

// A set of faults in another process does what it does in this one.
func TestARemoteIsTheFaultsItself(t *testing.T) {
	t.Parallel()
	f := fault.New(nil)
	bus, arrived := message.NewBus(), 0
	bus.Subscribe("told", message.Handler(func(ctx context.Context, m message.Message) error { arrived++; return nil }))
	way := f.Publisher("way", bus)
	server := httptest.NewServer(f.Handler())
	defer server.Close()
	r := fault.Remote{URL: server.URL, HTTP: server.Client()}
	ctx := t.Context()

	postpone := fault.Fault{At: "way", Kind: fault.Postpone, Times: -1}
	if err := r.Arm(ctx, postpone, fault.Fault{At: "way", Kind: fault.Lose}); err != nil {
		t.Fatal(err)
	}
	if err := way.Publish(ctx, message.Message{ID: "1", Type: "told", Key: "k"}); err != nil || arrived != 0 {
		t.Fatal(arrived, err)
	}
	if err := r.Disarm(ctx, postpone); err != nil {
		t.Fatal(err)
	}
	s, err := r.State(ctx)
	if err != nil || len(s.Armed) != 1 || s.Armed[0].Kind != fault.Lose || len(s.Calls) != 1 || s.Counts["postpone"] != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := r.Release(ctx); err != nil || arrived != 1 {
		t.Error("released:", arrived, err)
	}
	if err := r.Forget(ctx); err != nil {
		t.Error(err)
	}
	if err := r.Heal(ctx); err != nil {
		t.Error(err)
	}
	if s, err := r.State(ctx); err != nil || len(s.Armed)+len(s.Calls) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := r.Arm(ctx, fault.Fault{At: "way", Kind: "no kind"}); err == nil || !strings.Contains(err.Error(), "no kind") {
		t.Errorf("got %v", err)
	}
	server.Close()
	if err := r.Heal(ctx); err == nil {
		t.Error("nobody is there")
	}
}
