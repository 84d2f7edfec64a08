package line_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

func ExampleSQLite() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "line")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(dir, "queue.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if err := line.Migrate(ctx, db); err != nil {
		fmt.Println(err)
		return
	}

	var l line.Line = line.NewSQLite(db, db.Read, line.Book{})
	now := time.Now()
	for _, user := range []string{"mina", "jun", "sora"} {
		p, err := l.Enter(ctx, "token of "+user, user, 1, now)
		fmt.Println(p.User, p.Status, p.Position, err)
	}
	admitted, err := l.Admit(ctx, 1, line.Rule{Limit: 2}, now)
	fmt.Println(len(admitted), admitted[0].User, err)
	p, err := l.Look(ctx, "token of sora", now)
	fmt.Println(p.User, p.Status, p.Position, err)
	// Output:
	// mina WAITING 1 <nil>
	// jun WAITING 2 <nil>
	// sora WAITING 3 <nil>
	// 2 mina <nil>
	// sora WAITING 1 <nil>
}
