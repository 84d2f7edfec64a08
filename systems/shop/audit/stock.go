package audit

import (
	"context"
	"database/sql"
	"maps"
	"slices"
)

// stockBook is the catalog's file at one moment.
type stockBook struct {
	left   map[string]int64
	ledger []*decision // by order and attempt
}

func readStock(ctx context.Context, db *sql.DB) (b stockBook, err error) {
	b.left = map[string]int64{}
	err = snapshot(ctx, db, func(tx *sql.Tx) error {
		err := each(ctx, tx, func(scan func(...any) error) error {
			var item string
			var quantity int64
			err := scan(&item, &quantity)
			b.left[item] = quantity
			return err
		}, `select item, quantity from inventory`)
		if err == nil {
			b.ledger, err = readLedger(ctx, tx, "", "")
		}
		return err
	})
	return b, err
}

// conserved holds I-B1. Whatever is in doubt is in the sum, so one equation holds at every moment;
// when nothing is in doubt, it says that stock and stored orders make what there was.
func (c *check) conserved() {
	var sold, doubt []Line
	for _, o := range c.orders.all {
		if o.stored {
			sold = append(sold, o.lines...)
		}
	}
	for _, e := range c.report.InDoubt {
		doubt = append(doubt, e.Lines...)
	}
	soldOf, doubtOf := quantities(sold...), quantities(doubt...)
	for item, left := range c.stock.left {
		if left < 0 {
			c.find("I-B1", "the stock of %s is %d, below zero", item, left)
		}
		first := c.initial(item)
		if off := first - left - soldOf[item] - doubtOf[item]; off != 0 {
			c.find("I-B1", "of %s there were %d; %d are left, %d in stored orders and %d in doubt, which leaves %d unexplained",
				item, first, left, soldOf[item], doubtOf[item], off)
		}
	}
	for _, item := range slices.Compact(slices.Sorted(maps.Keys(quantities(append(sold, doubt...)...)))) {
		if _, known := c.stock.left[item]; !known {
			c.find("I-B1", "%s was taken for orders and has no row in the inventory", item)
		}
	}
}
