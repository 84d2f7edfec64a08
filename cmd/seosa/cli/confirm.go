package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// unasked is how many instances a person may move without typing their number.
const unasked = 10

// confirm lets a person, or a script, say that it is so many that they mean. What is refused
// anyway does not count.
func (t *task) confirm(ctx context.Context, w *intent, effects []saga.Effect) error {
	n := possible(effects)
	switch {
	case w.yes >= 0 && w.yes != n:
		return usage("-yes says %d and it is %d now; nothing was done; -dry-run shows them", w.yes, n)
	case w.yes >= 0 || n <= unasked:
		return nil
	case !t.Asks:
		return usage("this is about %s, and nobody is here to confirm it; nothing was done; look with -dry-run, then give -yes %d",
			layout.Count(n, "instance"), n)
	}
	t.say("%s", t.summary(w, effects))
	fmt.Fprintf(t.Err, "Type %d to do it, or anything else to leave everything as it is: ", n)
	typed, err := t.ask(ctx)
	if err != nil {
		return err
	}
	if typed != strconv.Itoa(n) && typed != layout.Number(n) {
		return usage("not confirmed; nothing was done")
	}
	return nil
}

// ask reads a line, and gives up when ctx ends.
func (t *task) ask(ctx context.Context) (string, error) {
	type answer struct {
		line string
		err  error
	}
	if t.In == nil {
		return "", nil
	}
	got := make(chan answer, 1)
	go func() { // ends with the process: nothing else can interrupt a terminal's read
		line, err := bufio.NewReader(io.LimitReader(t.In, 100)).ReadString('\n')
		got <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case a := <-got:
		if a.err != nil && !errors.Is(a.err, io.EOF) {
			return "", usage("the answer cannot be read; nothing was done: %w", a.err)
		}
		return a.line, nil
	case <-ctx.Done():
		t.say("")
		return "", failed(ExitInterrupted, errors.New("interrupted; nothing was done"))
	}
}

// summary is how many would go from where to where, the most first, and how many would not.
func (t *task) summary(w *intent, effects []saga.Effect) string {
	ways := map[string]int{}
	for _, e := range effects {
		way := standing(e.Instance.Status, e.Instance.Reason)
		if e.Refused == nil {
			way += " → " + landing(w.Verb, e.To)
		} else {
			way += ", refused"
		}
		ways[way]++
	}
	table := layout.Table{Indent: 2}
	for _, way := range slices.SortedFunc(maps.Keys(ways), func(a, b string) int {
		return cmp.Or(cmp.Compare(ways[b], ways[a]), cmp.Compare(a, b))
	}) {
		table.Add(layout.Cell{Text: layout.Number(ways[way]), Right: true}, layout.Cell{Text: way})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, because: %s\n", w.Verb, layout.Text(w.Reason))
	table.Print(layout.Screen{Writer: &b})
	return strings.TrimSuffix(b.String(), "\n")
}
