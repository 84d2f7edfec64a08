package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/bench/internal/load"
)

// folder makes a folder for each case, with one file in it.
type folder struct{ path string }

// openFolder makes a new folder for the data, on a disk.
func openFolder(_ context.Context, o load.Options) (load.Venue, error) {
	under, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	switch kind := load.FileSystem(under); kind {
	case "tmpfs", "ramfs":
		return nil, fmt.Errorf("%s is in memory (%s), where fsync costs nothing; choose a folder on a disk with -dir", under, kind)
	}
	path, err := os.MkdirTemp(under, "bench-data-")
	return folder{path}, err
}

func (f folder) Fresh(context.Context) (string, error) {
	dir, err := os.MkdirTemp(f.path, "case-")
	return filepath.Join(dir, "sagas.db"), err
}

func (f folder) Drop(_ context.Context, file string) error { return os.RemoveAll(filepath.Dir(file)) }

// Settle has nothing to do: each case has a file of its own.
func (f folder) Settle(context.Context) error { return nil }

// Usage knows that the database has no process of its own, and nothing else.
func (f folder) Usage(context.Context) (load.Usage, error) {
	return load.Usage{CPU: 0, WAL: math.NaN(), Transactions: math.NaN()}, nil
}

func (f folder) Facts(context.Context) ([]string, error) {
	return []string{"SQLite: data on " + load.FileSystem(f.path) + ", synchronous=FULL, WAL"}, nil
}

func (f folder) Close() error { return os.RemoveAll(f.path) }
