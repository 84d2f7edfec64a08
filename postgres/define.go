package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

// Two statements in one transaction: the second sees what somebody else stored while the first
// waited for it.
const (
	defineSQL = `insert into saga_shape (name, version, data)
		select * from unnest($1::text[], $2::bigint[], $3::bytea[]) as s (name, version, data)
		order by s.name collate "C", s.version on conflict do nothing`
	definedSQL = `select s.name, s.version, s.data
		from unnest($1::text[], $2::bigint[]) with ordinality as asked (name, version, n)
		join saga_shape as s on s.name = asked.name and s.version = asked.version order by asked.n`
	shapesSQL = `select name, version, data from saga_shape order by name, version`
)

// Define implements [saga.Instances].
func (in instances) Define(ctx context.Context, shapes []saga.StoredShape) (stored []saga.StoredShape, err error) {
	err = in.s.write(ctx, "define", func(ctx context.Context) error {
		if len(shapes) == 0 {
			return nil
		}
		var names []string
		var versions []int
		var data [][]byte
		for _, sh := range shapes {
			names, versions, data = append(names, sh.Name), append(versions, sh.Version), append(data, bytes(sh.Data))
		}
		var both pgx.Batch
		both.Queue(defineSQL, names, versions, data)
		both.Queue(definedSQL, names, versions).Query(func(rows pgx.Rows) (err error) {
			stored, err = pgx.CollectRows(rows, collectShape)
			return err
		})
		return in.s.pool.SendBatch(ctx, &both).Close()
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// Shapes implements [saga.Reader].
func (r reader) Shapes(ctx context.Context) (shapes []saga.StoredShape, err error) {
	err = r.s.look(ctx, "shapes", func(ctx context.Context) error {
		rows, err := r.s.pool.Query(ctx, shapesSQL)
		if err != nil {
			return err
		}
		shapes, err = pgx.CollectRows(rows, collectShape)
		return err
	})
	return shapes, err
}

func collectShape(row pgx.CollectableRow) (sh saga.StoredShape, err error) {
	return sh, row.Scan(&sh.Name, &sh.Version, &sh.Data)
}
