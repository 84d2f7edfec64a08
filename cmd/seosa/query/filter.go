package query

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// Filter chooses instances. The zero value of each field chooses all.
type Filter struct {
	IDs        []string
	Statuses   []saga.Status // in the order of [Words], each once
	Definition string
	Step       string      // the open step
	Why        saga.Reason // for which they need attention
	Older      time.Duration
	Text       string
}

// Register adds the filter's flags to a set. Reading arguments with the set fills f.
func (f *Filter) Register(set *flag.FlagSet) {
	set.Func("id", "this `ID`; may be repeated", given(func(s string) error {
		f.IDs = append(f.IDs, s)
		return nil
	}))
	set.Func("status", "in this `STATUS`; several by comma", given(f.addStatuses))
	set.Func("definition", "of the definition `NAME`", text(&f.Definition))
	set.Func("step", "whose open step is `NAME`", text(&f.Step))
	set.Func("why", "that need attention for this `REASON`", given(func(s string) (err error) {
		f.Why, err = parseReason(s)
		return err
	}))
	set.Func("older", "in their status for this `AGE` or longer", given(func(s string) (err error) {
		f.Older, err = parseAge(s)
		return err
	}))
	set.Func("text", "with this `TEXT` in the id or in what is stored", text(&f.Text))
}

func text(into *string) func(string) error {
	return given(func(s string) error {
		*into = s
		return nil
	})
}

// given refuses an empty value, which a shell makes of a variable that nobody set.
func given(read func(string) error) func(string) error {
	return func(s string) error {
		if s == "" {
			return fmt.Errorf("it is empty; name something, or leave the flag out")
		}
		return read(s)
	}
}

func (f *Filter) addStatuses(list string) error {
	for word := range strings.SplitSeq(list, ",") {
		s, err := parseStatus(word)
		if err != nil {
			return err
		}
		if !slices.Contains(f.Statuses, s) {
			f.Statuses = append(f.Statuses, s)
		}
	}
	slices.SortFunc(f.Statuses, func(a, b saga.Status) int { return rank(a) - rank(b) })
	return nil
}

// Empty reports whether the filter chooses all.
func (f Filter) Empty() bool {
	return len(f.IDs) == 0 && len(f.Statuses) == 0 && f.Definition == "" && f.Step == "" && f.Why == "" &&
		f.Older == 0 && f.Text == ""
}

// At is the filter as a store understands it, at a moment from which ages count back.
func (f Filter) At(now time.Time) saga.Filter {
	out := saga.Filter{IDs: f.IDs, Statuses: f.Statuses, Definition: f.Definition, Step: f.Step, Reason: f.Why, Text: f.Text}
	if f.Older > 0 {
		out.Stood = now.Add(-f.Older)
	}
	return out
}

// Args are arguments that [Parse] reads as this filter; none if it chooses all.
func (f Filter) Args() []string {
	var args []string
	add := func(name, value string) {
		if value != "" {
			args = append(args, "-"+name+"="+value)
		}
	}
	for _, id := range f.IDs {
		add("id", id)
	}
	words := make([]string, len(f.Statuses))
	for i, s := range f.Statuses {
		words[i] = Word(s)
	}
	add("status", strings.Join(words, ","))
	add("definition", f.Definition)
	add("step", f.Step)
	add("why", strings.ReplaceAll(string(f.Why), " ", "-"))
	if f.Older > 0 {
		add("older", f.Older.String())
	}
	add("text", f.Text)
	return args
}
