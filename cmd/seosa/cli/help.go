package cli

import (
	"context"
	"embed"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

//go:embed help/*.txt
var pages embed.FS

// help prints a page; without a name, the one that lists the commands.
func (t *task) help(_ context.Context, args []string) error {
	if len(args) == 0 {
		t.print(page("seosa"))
		return nil
	}
	text := helpOf(args[0])
	if text == "" {
		return usage("there is no command %q%s; \"seosa help\" lists them", args[0], query.DidYouMean(args[0], commandNames()))
	}
	t.print(text)
	return nil
}

// helpOf is a command's page; the verbs share what they have in common.
func helpOf(command string) string {
	switch command {
	case "list":
		return page("list") + "\n" + page("filters")
	case "show", "migrate", "diff", "help":
		return page(command)
	case string(saga.Retry), string(saga.Compensate), string(saga.Resolve), string(saga.Skip), string(saga.Stop):
		return page(command) + "\n" + page("verbs") + "\n" + page("filters")
	}
	return ""
}

func page(name string) string {
	text, err := pages.ReadFile("help/" + name + ".txt")
	if err != nil {
		return ""
	}
	return string(text)
}
