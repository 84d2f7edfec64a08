package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"sync"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// purse holds money in memory. Its lock is what a database's transaction is otherwise.
type purse struct {
	mu      sync.Mutex
	cents   int64
	entries participant.Ledger
}

// rows are a participant.Ledger in a map; packages sqlite and postgres have one in a table.
type rows map[string]participant.Entry

func (r rows) Entry(_ context.Context, key string) (participant.Entry, error) {
	if e, ok := r[key]; ok {
		return e, nil
	}
	return participant.Entry{Key: key, State: participant.None}, nil
}

func (r rows) Record(_ context.Context, e participant.Entry) error {
	r[e.Key] = e
	return nil
}

// Spend is the request of the one operation.
type Spend struct {
	Cents int64 `json:"cents"`
}

func (p *purse) do(ctx context.Context, key string, request json.RawMessage) (participant.Entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return participant.Do(ctx, p.entries, "spend", key, request, func(context.Context) (any, error) {
		var s Spend
		if err := json.Unmarshal(request, &s); err != nil || s.Cents <= 0 {
			return nil, fmt.Errorf("%w: send cents above zero", participant.ErrInvalid)
		}
		if s.Cents > p.cents { // it refuses before it changes anything
			return nil, &participant.Refusal{Code: "too-little", Detail: "Spend less."}
		}
		p.cents -= s.Cents
		return map[string]int64{"left": p.cents}, nil
	})
}

func (p *purse) undo(ctx context.Context, key string) (participant.Entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return participant.Undo(ctx, p.entries, "spend", key, func(_ context.Context, e participant.Entry) error {
		var s Spend
		err := json.Unmarshal(e.Request, &s)
		p.cents += s.Cents
		return err
	})
}

func (p *purse) probe(ctx context.Context, key string) (participant.Entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return participant.Probe(ctx, p.entries, key)
}

func (p *purse) fence(ctx context.Context, key string) (participant.Entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return participant.Fence(ctx, p.entries, "spend", key)
}

// A purse is served over HTTP. The caller repeats itself, is refused, undoes what it did, and is
// too late with a request that it had forbidden before.
func Example() {
	p := &purse{cents: 1000, entries: rows{}}
	server := participant.NewServer(nil) // for callers on this machine
	server.Handle("spend", participant.Operation{Do: p.do, Undo: p.undo, Probe: p.probe, Fence: p.fence})
	web := httptest.NewServer(server)
	defer web.Close()

	ctx := context.Background()
	spend := participant.Remote{Sender: participant.HTTP{URL: web.URL}, Path: "/spend"}
	for range 2 {
		entry, err := spend.Do(ctx, "a-1/pay", Spend{Cents: 300})
		fmt.Printf("do: %s %s, %s\n", entry.State, entry.Reply, saga.OutcomeOf(err))
	}
	_, err := spend.Do(ctx, "a-2/pay", Spend{Cents: 900})
	fmt.Println("do:", err)

	entry, err := spend.Undo(ctx, "a-1/pay")
	fmt.Printf("undo: %s, %s\n", entry.State, saga.OutcomeOf(err))

	_, err = spend.Fence(ctx, "a-3/pay")
	fmt.Println("fence:", saga.OutcomeOf(err))
	_, err = spend.Do(ctx, "a-3/pay", Spend{Cents: 1})
	fmt.Println("late:", errors.Is(err, saga.Refused))
	fmt.Println(p.cents, "cents")

	// Output:
	// do: APPLIED {"left":700}, succeeded
	// do: APPLIED {"left":700}, succeeded
	// do: refused: too-little: Spend less.
	// undo: REVERTED, succeeded
	// fence: refused
	// late: true
	// 1000 cents
}
