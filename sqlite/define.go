package sqlite

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga"
)

const (
	defineSQL = `insert into saga_shape (name, version, data) values (?, ?, ?) on conflict do nothing`
	shapeSQL  = `select name, version, data from saga_shape where name = ? and version = ?`
	shapesSQL = `select name, version, data from saga_shape order by name, version`
)

// Define implements [saga.Instances].
func (in instances) Define(ctx context.Context, shapes []saga.StoredShape) ([]saga.StoredShape, error) {
	stored := make([]saga.StoredShape, len(shapes))
	err := in.s.write(ctx, func(ctx context.Context, w *writer) error {
		return w.transaction(ctx, func() error {
			for i, sh := range shapes {
				if _, err := w.define.ExecContext(ctx, sh.Name, sh.Version, bytes(sh.Data)); err != nil {
					return err
				}
				got := &stored[i]
				err := w.shape.QueryRowContext(ctx, sh.Name, sh.Version).Scan(&got.Name, &got.Version, &got.Data)
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, wrap(err, "define")
	}
	return stored, nil
}

// Shapes implements [saga.Reader].
func (r reader) Shapes(ctx context.Context) ([]saga.StoredShape, error) {
	rows, err := r.s.r.shapes.QueryContext(ctx)
	shapes, err := collect(rows, err, func(rows *sql.Rows) (sh saga.StoredShape, err error) {
		return sh, rows.Scan(&sh.Name, &sh.Version, &sh.Data)
	})
	return shapes, wrap(err, "shapes")
}
