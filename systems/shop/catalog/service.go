package catalog

import (
	"cmp"
	"context"
	"log/slog"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// Config tells [New] where things are.
type Config struct {
	// Path is the SQLite file; it is created if it does not exist, its folder is not. Required.
	Path string
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
}

// ProductService is the service without its boundary ([CatalogController]). Its methods may be
// called from several goroutines at once.
type ProductService struct {
	store  *store
	stock  participant.Operation
	logger *slog.Logger
}

// New opens the service's database, brings its schema up to date and fills an empty one with the
// seed data. Call Close when done.
func New(ctx context.Context, config Config) (*ProductService, error) {
	st, err := openStore(ctx, config.Path)
	if err != nil {
		return nil, err
	}
	return &ProductService{
		store: st, stock: sqlite.Operation(st, stockOperation, decrement, restore),
		logger: cmp.Or(config.Logger, slog.Default()),
	}, nil
}

// Close releases the database. It may be called twice.
func (p *ProductService) Close() error { return p.store.Close() }

// Ping reports whether the database answers.
func (p *ProductService) Ping(ctx context.Context) error { return p.store.Read.PingContext(ctx) }

// Items returns all items in the order of the catalog's numbering.
func (p *ProductService) Items(ctx context.Context) ([]Item, error) {
	return readItems(ctx, p.store.Read, "")
}

// Item returns one item. The error matches [ErrNotFound] if there is none with this id.
func (p *ProductService) Item(ctx context.Context, id string) (Item, error) {
	items, err := readItems(ctx, p.store.Read, id)
	if err != nil {
		return Item{}, err
	}
	if len(items) == 0 {
		return Item{}, ErrNotFound
	}
	return items[0], nil
}

// Stock is the operation that takes a [Decrement] and answers with what was [Taken], at most once
// per key; its undo gives that back. See [participant.Operation].
func (p *ProductService) Stock() participant.Operation { return p.stock }
