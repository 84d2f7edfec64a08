package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/seosa-dev/saga"
)

// Commands implements [saga.Reader].
func (r reader) Commands(ctx context.Context, instance string) (sent []saga.SentCommand, err error) {
	err = r.s.do(ctx, func(d *data) error {
		for _, cmd := range d.commands {
			if cmd.Instance == instance {
				sent = append(sent, saga.SentCommand{
					Command: cloneCommand(cmd.Command), Answered: cmd.answered,
					Answer: saga.Answer{ID: cmd.ID, Data: bytes.Clone(cmd.answer)},
				})
			}
		}
		return nil
	})
	slices.SortFunc(sent, func(a, b saga.SentCommand) int {
		return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.Command.ID, b.Command.ID))
	})
	return sent, err
}
