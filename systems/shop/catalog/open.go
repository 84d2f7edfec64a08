package catalog

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// store is the service's own database.
type store struct{ *sqlite.DB }

func openStore(ctx context.Context, path string) (*store, error) {
	db, err := sqlite.OpenDatabase(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	if err := db.Migrate(ctx, migrations, "catalog_schema"); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog: %w", err), db.Close())
	}
	if err := db.Change(ctx, seed); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog: seed %s: %w", path, err), db.Close())
	}
	return &store{db}, nil
}
