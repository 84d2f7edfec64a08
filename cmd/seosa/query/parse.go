package query

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/seosa-dev/saga"
)

// Parse reads arguments with the flags of a set, and returns those that are no flags. Flags and
// others may stand in any order; after "--" there are only others. The error matches
// [saga.ErrInvalid] and says which flag is meant, or is [flag.ErrHelp]. Make the set with
// [flag.ContinueOnError]; Parse takes its output away, so that nothing is printed.
func Parse(set *flag.FlagSet, args []string) (others []string, err error) {
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	for len(args) > 0 {
		switch {
		case args[0] == "--":
			return append(others, args[1:]...), nil
		case len(args[0]) < 2 || args[0][0] != '-':
			others, args = append(others, args[0]), args[1:]
			continue
		}
		n, err := span(set, args)
		if err != nil {
			return nil, err
		}
		if err := set.Parse(args[:n]); err != nil {
			return nil, refuse(err)
		}
		args = args[n:]
	}
	return others, nil
}

// span is how many arguments the flag at the head takes: itself, and its value if it stands apart.
// Giving package flag no more than these keeps it from stopping, or going on, by its own rules.
func span(set *flag.FlagSet, args []string) (int, error) {
	name, _, hasValue := strings.Cut(strings.TrimPrefix(args[0][1:], "-"), "=")
	found := set.Lookup(name)
	if found == nil && (name == "h" || name == "help") {
		return 0, flag.ErrHelp
	}
	if found == nil {
		return 0, unknownFlag(set, name)
	}
	if b, ok := found.Value.(interface{ IsBoolFlag() bool }); hasValue || ok && b.IsBoolFlag() {
		return 1, nil
	}
	if len(args) < 2 {
		return 0, fmt.Errorf("%w: -%s wants a value", saga.ErrInvalid, name)
	}
	return 2, nil
}

func unknownFlag(set *flag.FlagSet, name string) error {
	var names []string
	set.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	return fmt.Errorf("%w: there is no flag %q here%s", saga.ErrInvalid, "-"+name, DidYouMean("-"+name, names))
}

func refuse(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	return fmt.Errorf("%w: %w", saga.ErrInvalid, err)
}
