package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// A tool visits the file while another process has it open. What it wants done it sends as a
// command, and whoever claims for the instance is told.
func ExampleVisit() {
	folder, err := os.MkdirTemp("", "sagas")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	ctx, path := context.Background(), filepath.Join(folder, "sagas.db")

	_, err = sqlite.Visit(ctx, path)
	fmt.Println("before the engine ran:", err != nil)

	owner, err := sqlite.Open(ctx, path) // in the engine's process
	if err != nil {
		panic(err)
	}
	defer owner.Close()

	visitor, err := sqlite.Visit(ctx, path) // in the tool's
	if err != nil {
		panic(err)
	}
	defer visitor.Close()
	fmt.Println("the owner's part is refused:", visitor.Journal().Join(ctx, "node-1", 0) != nil)

	command := saga.Command{ID: "c-1", Instance: "order-1", Sent: time.Now(), Data: []byte("go on")}
	if err := visitor.Instances().Send(ctx, []saga.Command{command}); err != nil {
		panic(err)
	}
	answers, err := visitor.Instances().Answers(ctx, []string{"c-1"})
	fmt.Println("answers so far:", len(answers), err)
	// Output:
	// before the engine ran: true
	// the owner's part is refused: true
	// answers so far: 0 <nil>
}
