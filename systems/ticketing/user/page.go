package user

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// MaxRows bounds a page of a list.
const MaxRows = 100

const defaultRows = 20

// page is a part of a list, newest first: what is older than the row with the id after.
type page struct {
	after int64
	limit int
}

// pageOf reads the parameters of a list.
func pageOf(r *http.Request) (page, error) {
	p, query := page{math.MaxInt64, defaultRows}, r.URL.Query()
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > MaxRows {
			return page{}, refuse(Invalid, "limit is the number of rows, 1 to %d; send another, or none for %d.", MaxRows, defaultRows)
		}
		p.limit = n
	}
	if text := query.Get("after"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return page{}, refuse(Invalid, "after is the member next of the page before; send that, or none for the newest.")
		}
		p.after = n
	}
	return p, nil
}

// entries returns changes of a user's balance and the after of the next page, 0 if this is the last.
func (p page) entries(ctx context.Context, q Querier, user string) ([]Entry, int64, error) {
	rows, err := q.QueryContext(ctx, `
		select id, kind, amount, balance, key, at from balance_ledger where user = ? and id < ? order by id desc limit ?`,
		user, p.after, p.limit+1)
	return listed(rows, err, p.limit, func(e *Entry) (int64, error) {
		var key string
		var at int64
		err := rows.Scan(&e.ID, &e.Kind, &e.Amount, &e.Balance, &key, &at)
		e.PaymentID, e.At = paymentOf(e.Kind, key), time.UnixMilli(at).UTC()
		return e.ID, err
	})
}

// notifications returns what a user was told, and the after of the next page.
func (p page) notifications(ctx context.Context, q Querier, user string) ([]Notification, int64, error) {
	rows, err := q.QueryContext(ctx, `
		select id, saga_id, kind, code, amount, at from notification where user = ? and id < ? order by id desc limit ?`,
		user, p.after, p.limit+1)
	return listed(rows, err, p.limit, func(n *Notification) (int64, error) {
		var at int64
		err := rows.Scan(&n.ID, &n.SagaID, &n.Kind, &n.Code, &n.Amount, &at)
		n.At = time.UnixMilli(at).UTC()
		return n.ID, err
	})
}

// listed reads at most limit rows; one more says that there is a next page.
func listed[T any](rows *sql.Rows, err error, limit int, scan func(*T) (int64, error)) (all []T, next int64, _ error) {
	if err != nil {
		return nil, 0, fmt.Errorf("user: read a list: %w", err)
	}
	defer rows.Close()
	all = []T{}
	last := int64(0)
	for rows.Next() {
		if len(all) == limit {
			return all, last, nil
		}
		var row T
		if last, err = scan(&row); err != nil {
			return nil, 0, fmt.Errorf("user: read a list: %w", err)
		}
		all = append(all, row)
	}
	return all, 0, rows.Err()
}
