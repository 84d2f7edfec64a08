package catalog

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/systems/internal/embedded"
)

//go:embed migrations/*.sql
var migrations embed.FS

// store is the service's own database.
type store struct{ *embedded.DB }

func openStore(ctx context.Context, path string) (*store, error) {
	db, err := embedded.Open(ctx, path, migrations, "catalog_schema")
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	if err := db.Change(ctx, seed); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog: seed %s: %w", path, err), db.Close())
	}
	return &store{db}, nil
}
