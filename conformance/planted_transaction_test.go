package conformance_test

import (
	"context"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// plantedTransactions are mistakes about transactions of a caller's.
func plantedTransactions() map[string]func() saga.Store {
	spoiled := func(how func(*spoiledTx)) func() saga.Store {
		return func() saga.Store { return begins{memory.Open(), how} }
	}
	return map[string]func() saga.Store{
		"a start that is there before its commit":  spoiled(func(tx *spoiledTx) { tx.atOnce = true }),
		"a rollback that commits":                  spoiled(func(tx *spoiledTx) { tx.keeps = true }),
		"a taken id that counts as free":           spoiled(func(tx *spoiledTx) { tx.blind = true }),
		"commands that are lost with their commit": spoiled(func(tx *spoiledTx) { tx.mute = true }),
		"a key that is written as a node's":        spoiled(func(tx *spoiledTx) { tx.node = "nobody" }),
	}
}

// begins is a store whose transactions are spoiled.
type begins struct {
	*memory.Store
	spoil func(*spoiledTx)
}

func (s begins) Begin(ctx context.Context) (saga.Transaction, func(commit bool) error, error) {
	tx, end, err := s.Store.Begin(ctx)
	bad := &spoiledTx{Transaction: tx, store: s.Store}
	s.spoil(bad)
	return bad, func(commit bool) error { return end(commit || bad.keeps) }, err
}

type spoiledTx struct {
	saga.Transaction
	store                      *memory.Store
	atOnce, keeps, blind, mute bool
	node                       string
}

func (tx *spoiledTx) Start(ctx context.Context, k saga.StartKey, r saga.Row, first saga.Chunk) (*saga.StartKey, *saga.Row, error) {
	if k.Node = tx.node; tx.atOnce {
		other, end, _ := tx.store.Begin(ctx)
		key, row, err := other.Start(ctx, k, r, first)
		_ = end(true)
		return key, row, err
	}
	key, row, err := tx.Transaction.Start(ctx, k, r, first)
	if tx.blind {
		return nil, nil, err
	}
	return key, row, err
}

func (tx *spoiledTx) Send(ctx context.Context, commands []saga.Command) error {
	if tx.mute {
		return nil
	}
	return tx.Transaction.Send(ctx, commands)
}
