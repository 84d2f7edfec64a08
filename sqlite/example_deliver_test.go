package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// Leave is the state of the saga.
type Leave struct{ Days, Note string }

// A process that runs no sagas hands in a reply: say, the web server on which a manager clicks. It only
// visits the file, and its engine has no definitions and is never run. With postgres.Visit it is the
// same, from any machine, and the engine that waits is told at once.
func Example_replyFromAnotherProcess() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	folder, err := os.MkdirTemp("", "leave")
	check(err)
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "sagas.db")

	// The process that runs the sagas.
	asked := make(chan saga.Key, 1)
	leave := saga.Definition[Leave]{Name: "leave", Version: 1, Steps: []saga.Step[Leave]{{
		Name: "approval", Kind: saga.ReadOnly,
		Action: func(_ context.Context, _ *Leave, a saga.Attempt) error {
			asked <- a.Key // as by a mail with a link, which has the key in it
			return saga.Pending
		},
		Reply: func(l *Leave, r saga.Reply) error {
			if len(r.Data) == 0 {
				return nil // a plain yes or no
			}
			return json.Unmarshal(r.Data, &l.Note)
		},
		ReplyTimeout: 48 * time.Hour,
	}}}
	store, err := sqlite.Open(ctx, path)
	check(err)
	defer store.Close()
	engine, err := saga.New(store, nil, leave)
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	_, err = leave.Start(ctx, engine, "kim-1", Leave{Days: "Monday to Friday"})
	check(err)

	// The other process.
	visit, err := sqlite.Visit(ctx, path)
	check(err)
	defer visit.Close()
	desk, err := saga.New(visit, nil)
	check(err)
	reply := saga.Reply{Key: <-asked, Outcome: saga.Succeeded, Data: json.RawMessage(`"enjoy it"`), By: "lee"}
	check(desk.Deliver(ctx, reply)) // durable when it returns; twice is as good as once
	reply.Key.Instance = "kim-2"
	fmt.Println("nobody asked:", errors.Is(desk.Deliver(ctx, reply), saga.ErrNotFound))

	l, err := leave.Wait(ctx, engine, "kim-1") // the engine finds the reply within a second and a half
	fmt.Println(l.Note, err)
	stop()
	check(<-ended)
	// Output:
	// nobody asked: true
	// enjoy it <nil>
}
