package catalog

import (
	"context"
	"database/sql"
	"fmt"
)

// Decrement takes all lines from the stock, or none, at most once per key, and returns what stands
// under the key afterwards: Applied with prices, or why not (a refusal is an answer, not an
// error). The error matches [ErrInvalid] or [ErrKeyReused]; after any other error it is not known
// whether the stock was taken: ask with Probe or Fence, or repeat with the same key.
func (p *ProductService) Decrement(ctx context.Context, key string, lines []Line) (Entry, error) {
	wanted, err := summed(lines)
	if err != nil {
		return Entry{}, err
	}
	return p.change(ctx, key, func(ctx context.Context, tx *sql.Tx, known Entry) (Entry, error) {
		switch {
		case known.State == None:
			return take(ctx, tx, key, wanted)
		case known.State != Cancelled && !known.asked(wanted):
			return Entry{}, ErrKeyReused
		}
		return known, nil
	})
}

// Probe returns what stands under a key. None means not so far: a decrement under way may still
// arrive, which is harmless to one who repeats it with the same key and to nobody else.
func (p *ProductService) Probe(ctx context.Context, key string) (Entry, error) {
	if err := checkKey(key); err != nil {
		return Entry{}, err
	}
	return readEntry(ctx, p.store.Read, key)
}

// Fence returns what stands under a key and makes it final: if nothing did, Cancelled does now,
// and a late decrement is refused.
func (p *ProductService) Fence(ctx context.Context, key string) (Entry, error) {
	return p.change(ctx, key, func(ctx context.Context, tx *sql.Tx, known Entry) (Entry, error) {
		if known.State == None {
			return cancel(ctx, tx, key)
		}
		return known, nil
	})
}

// Restore gives back what the decrement with this key took, at most once. If it took nothing,
// that is made final: Cancelled, as by Fence. The result is never Applied or None.
func (p *ProductService) Restore(ctx context.Context, key string) (Entry, error) {
	return p.change(ctx, key, func(ctx context.Context, tx *sql.Tx, known Entry) (Entry, error) {
		switch known.State {
		case None:
			return cancel(ctx, tx, key)
		case Applied:
			return giveBack(ctx, tx, known)
		}
		return known, nil
	})
}

// change runs a decision about one key in a transaction of its own. No two run at once.
func (p *ProductService) change(ctx context.Context, key string,
	decide func(context.Context, *sql.Tx, Entry) (Entry, error),
) (Entry, error) {
	if err := checkKey(key); err != nil {
		return Entry{}, err
	}
	var decided Entry
	err := p.store.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		known, err := readEntry(ctx, tx, key)
		if err != nil {
			return err
		}
		decided, err = decide(ctx, tx, known)
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	return decided, nil
}

// take decides a decrement under a fresh key. What is refused is found before anything is moved,
// so that the refusal can be committed.
func take(ctx context.Context, tx *sql.Tx, key string, wanted []Line) (Entry, error) {
	entry := Entry{Key: key, State: Applied, Currency: Currency}
	for _, line := range wanted {
		price, left, found, err := readStock(ctx, tx, line.Item)
		if err != nil {
			return Entry{}, err
		}
		entry.Lines = append(entry.Lines, PricedLine{Line: line, UnitPrice: price})
		if refusal := refuse(line, left, found); refusal != nil {
			return refused(ctx, tx, key, wanted, refusal)
		}
	}
	for _, line := range wanted {
		if err := takeStock(ctx, tx, line); err != nil {
			return Entry{}, err
		}
	}
	return entry, insertEntry(ctx, tx, entry)
}

func refuse(line Line, left int64, found bool) *Refusal {
	switch {
	case !found:
		return &Refusal{UnknownItem, line.Item, fmt.Sprintf(
			"There is no item %s. Choose one that the catalog lists, in a new request.", line.Item)}
	case left < line.Quantity:
		return &Refusal{OutOfStock, line.Item, fmt.Sprintf(
			"%d of %s were asked for and %d are left. Ask for fewer, or later, in a new request.",
			line.Quantity, line.Item, left)}
	}
	return nil
}

func refused(ctx context.Context, tx *sql.Tx, key string, wanted []Line, why *Refusal) (Entry, error) {
	entry := Entry{Key: key, State: Refused, Refusal: why}
	for _, line := range wanted {
		entry.Lines = append(entry.Lines, PricedLine{Line: line})
	}
	return entry, insertEntry(ctx, tx, entry)
}

func cancel(ctx context.Context, tx *sql.Tx, key string) (Entry, error) {
	entry := Entry{Key: key, State: Cancelled}
	return entry, insertEntry(ctx, tx, entry)
}

func giveBack(ctx context.Context, tx *sql.Tx, entry Entry) (Entry, error) {
	for _, line := range entry.Lines {
		if err := returnStock(ctx, tx, line.Line); err != nil {
			return Entry{}, err
		}
	}
	entry.State = Reverted
	return entry, revertEntry(ctx, tx, entry.Key)
}
