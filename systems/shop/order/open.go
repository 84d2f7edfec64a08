package order

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// store is the service's part of its database; the engine has the other.
type store struct{ *sqlite.DB }

func openStore(ctx context.Context, path string) (*store, error) {
	db, err := sqlite.OpenDatabase(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	if err := db.Migrate(ctx, migrations, "order_schema"); err != nil {
		return nil, errors.Join(fmt.Errorf("order: %w", err), db.Close())
	}
	return &store{db}, nil
}
