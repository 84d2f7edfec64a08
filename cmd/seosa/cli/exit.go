package cli

import (
	"errors"
	"flag"
	"fmt"

	"github.com/seosa-dev/saga"
)

// The exit codes of [Command.Run].
const (
	ExitDone        = 0   // all was done; a list may be empty
	ExitRefused     = 1   // some or all interventions were refused, or their instances had moved; the tables are not for this program, or a build would strand something
	ExitUsage       = 2   // the arguments make no sense, or a confirmation was not given; nothing was done
	ExitNone        = 3   // no instance matches, or an id does not exist; nothing was done
	ExitStore       = 4   // the store cannot be read or written
	ExitWaiting     = 5   // sent and not applied yet: no engine runs, or none answered in time
	ExitInterrupted = 130 // interrupted; what was said to be done is done
)

// failure is an error with the exit code that it ends in. The text may be empty if all was said.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func failed(code int, err error) error { return &failure{code, err} }

// quiet ends with a code after everything was printed.
func quiet(code int) error {
	if code == ExitDone {
		return nil
	}
	return failed(code, errSaid)
}

var errSaid = errors.New("")

func usage(format string, args ...any) error {
	return failed(ExitUsage, fmt.Errorf(format, args...))
}

func interrupted(err error) error {
	if f := (*failure)(nil); errors.As(err, &f) && f.code == ExitInterrupted {
		return err
	}
	return failed(ExitInterrupted, errors.New("interrupted"))
}

// verdict is what an error means to the shell and to the reader.
func verdict(err error) (code int, text string) {
	if f := (*failure)(nil); errors.As(err, &f) {
		return f.code, trim(f)
	}
	return ofEngine(err), trim(err)
}

// ofEngine sorts what the engine says about a call as a whole.
func ofEngine(err error) int {
	switch {
	case errors.Is(err, saga.ErrInvalid):
		return ExitUsage
	case errors.Is(err, saga.ErrNotFound):
		return ExitNone
	}
	return ExitStore
}

// misused turns an error about arguments into one that says where help is.
func (t *task) misused(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, flag.ErrHelp):
		if t.verb == "" {
			t.print(page("seosa"))
		} else {
			t.print(helpOf(t.verb))
		}
		return failed(ExitDone, errSaid)
	}
	where := "seosa help"
	if t.verb != "" {
		where += " " + t.verb
	}
	return usage("%w; see \"%s\"", err, where)
}
