package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

// Store is what a command works on: a store of sagas that it closes when it is done.
type Store interface {
	saga.Store
	io.Closer
}

// Command is the command line. It is made once per invocation and run once.
type Command struct {
	// Open opens the store that -store names. Required.
	Open func(ctx context.Context, name string) (Store, error)
	// Migrations returns all migrations of the store that -store names, in order, and changes
	// nothing. If the tables are too new for this program, the error matches [saga.ErrFormat].
	// Required by the command migrate, as is Migrate.
	Migrations func(ctx context.Context, name string) ([]Migration, error)
	// Migrate applies those that are missing and returns them; with an error, those that were
	// applied before it.
	Migrate func(ctx context.Context, name string) ([]Migration, error)
	// In is where a person or a script answers. Nil has no answers.
	In io.Reader
	// Asks says that a person sits at In and may be asked. Without one, what has to be confirmed is
	// confirmed by -yes or refused.
	Asks bool
	// Out receives what was asked for, and Err questions, progress and errors. Required.
	Out, Err layout.Screen
	// Store is the default of -store. Empty: -store is required.
	Store string
	// User is the default of -by. Empty: -by is required.
	User string
	// Now tells the time from which ages are counted. Nil is time.Now.
	Now func() time.Time
}

// task is one invocation of a command with its flags read.
type task struct {
	*Command
	verb    string
	store   string
	output  output
	filter  query.Filter
	others  []string // arguments that are no flags
	engine  *saga.Engine
	opened  Store
	started time.Time
}

// Run does what the arguments say and returns the exit code; see the package comment. It may be
// interrupted by its ctx at any time.
func (c *Command) Run(ctx context.Context, args []string) int {
	err := c.run(ctx, args)
	if err == nil {
		return ExitDone
	}
	if ctx.Err() != nil {
		err = interrupted(err)
	}
	code, text := verdict(err)
	if text != "" {
		fmt.Fprintln(c.Err, "seosa: "+layout.Text(text))
	}
	return code
}

func (c *Command) run(ctx context.Context, args []string) error {
	t := &task{Command: c, started: c.now()}
	global := flag.NewFlagSet("seosa", flag.ContinueOnError)
	global.StringVar(&t.store, "store", c.Store, "")
	command, rest, err := head(global, args)
	if err != nil {
		return t.misused(err)
	}
	do, known := t.commands()[command]
	if !known && isAddress(command) {
		return usage(addressAlone)
	}
	if !known {
		return usage("there is no command %q%s; \"seosa help\" lists them", command, query.DidYouMean(command, commandNames()))
	}
	t.verb = command
	return do(ctx, rest)
}

// head reads the flags before the command's name. No name is the wish for help.
func head(global *flag.FlagSet, args []string) (command string, rest []string, err error) {
	for i, a := range args {
		if a == "" || a[0] != '-' {
			_, err := query.Parse(global, args[:i])
			return a, args[i+1:], err
		}
		if (a == "-store" || a == "--store") && i+1 < len(args) {
			_, err := query.Parse(global, args[i:i+2])
			if err != nil {
				return "", nil, err
			}
			return head(global, args[i+2:])
		}
	}
	_, err = query.Parse(global, args)
	return "help", nil, err
}

func (t *task) commands() map[string]func(context.Context, []string) error {
	return map[string]func(context.Context, []string) error{
		"list": t.list, "show": t.show, "migrate": t.migrate, "diff": t.diff, "help": t.help,
		string(saga.Retry): t.act, string(saga.Compensate): t.act, string(saga.Resolve): t.act,
		string(saga.Skip): t.act, string(saga.Stop): t.act,
	}
}

func commandNames() []string {
	return []string{"list", "show", "retry", "compensate", "resolve", "skip", "stop", "migrate", "diff", "help"}
}

// parse reads a command's own flags, and those that every command has.
func (t *task) parse(set *flag.FlagSet, args []string) (err error) {
	set.StringVar(&t.store, "store", t.store, "")
	set.Func("o", "", func(s string) (err error) {
		t.output, err = parseOutput(s)
		return err
	})
	t.others, err = query.Parse(set, args)
	return t.misused(err)
}

// open opens the store and makes an engine that never runs: it reads, previews and sends.
func (t *task) open(ctx context.Context) (closed func(), err error) {
	if t.store == "" {
		return nil, usage(noStore)
	}
	if t.opened, err = t.Open(ctx, t.store); err != nil {
		return nil, failed(ExitStore, err)
	}
	t.engine, err = saga.New(t.opened, &saga.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.opened.Close()
		return nil, failed(ExitStore, err)
	}
	return func() { t.opened.Close() }, nil
}

// running reports whether an engine works on the store, as far as the store can tell.
func (t *task) running(ctx context.Context) (bool, error) {
	nodes, err := t.opened.Instances().Nodes(ctx)
	if err != nil {
		return false, failed(ExitStore, err)
	}
	for _, n := range nodes {
		if !n.Sealed && !n.Gone && !n.Absent {
			return true, nil
		}
	}
	return false, nil
}

func (c *Command) now() time.Time {
	if c.Now == nil {
		return time.Now().UTC()
	}
	return c.Now().UTC()
}
