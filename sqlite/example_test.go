package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// Open makes the file and its tables. An engine does the rest; here, a node's first append shows
// that an id can be started once.
func Example() {
	folder, err := os.MkdirTemp("", "sagas")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)

	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(folder, "sagas.db"))
	if err != nil {
		panic(err)
	}
	defer store.Close()

	journal := store.Journal()
	if err := journal.Join(ctx, "node-1", 0); err != nil {
		panic(err)
	}
	for position := int64(1); position <= 2; position++ {
		taken, err := journal.Append(ctx, saga.Append{
			Node: "node-1", Position: position, Entries: []byte("started"),
			Starts: []saga.StartKey{{ID: "order-1", Definition: "order"}},
		})
		fmt.Println("position", position, "taken", taken, "error", err)
	}
	// Output:
	// position 1 taken [] error <nil>
	// position 2 taken [order-1] error <nil>
}
