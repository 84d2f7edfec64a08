package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

// output is how a command answers.
type output string

const (
	outputText output = "" // for people
	outputWide output = "wide"
	outputJSON output = "json"
)

func parseOutput(s string) (output, error) {
	switch o := output(s); o {
	case outputWide, outputJSON:
		return o, nil
	}
	return "", fmt.Errorf("there is no output %q; there are json and wide%s", s, query.DidYouMean(s, []string{"json", "wide"}))
}

// print writes text that was written here.
func (t *task) print(text string) { fmt.Fprint(t.Out, text) }

// say writes a line to whoever sits at the terminal.
func (t *task) say(format string, args ...any) { fmt.Fprintf(t.Err, format+"\n", args...) }

// printJSON writes a document that a terminal can show as well.
func (t *task) printJSON(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return failed(ExitStore, fmt.Errorf("what the store holds is no JSON; restore it from a backup: %w", err))
	}
	_, err := t.Out.Write(layout.JSON(b.Bytes()))
	return err
}

// trim makes one line of an error, without the mark of a sentinel that the exit code repeats.
func trim(err error) string {
	text := strings.ReplaceAll(err.Error(), saga.ErrInvalid.Error()+": ", "")
	return strings.NewReplacer(":\n\t", ": ", "\n\t", "; ", "\n", "; ").Replace(text)
}
