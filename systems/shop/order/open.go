package order

import (
	"context"
	"embed"
	"fmt"

	"github.com/seosa-dev/saga/systems/internal/embedded"
)

//go:embed migrations/*.sql
var migrations embed.FS

// store is the service's part of its database; the engine has the other.
type store struct{ *embedded.DB }

func openStore(ctx context.Context, path string) (*store, error) {
	db, err := embedded.Open(ctx, path, migrations, "order_schema")
	if err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	return &store{db}, nil
}
