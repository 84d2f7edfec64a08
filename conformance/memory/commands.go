package memory

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// command is one that was sent, and its answer once there is one.
type command struct {
	saga.Command
	answered bool
	answer   []byte
}

// Send implements [saga.Instances].
func (in instances) Send(ctx context.Context, commands []saga.Command) error {
	return in.s.do(ctx, func(d *data) error {
		d.send(commands)
		return nil
	})
}

func (d *data) send(commands []saga.Command) {
	for _, cmd := range commands {
		if _, known := d.commands[cmd.ID]; !known {
			d.commands[cmd.ID] = command{Command: cloneCommand(cmd)}
		}
	}
}

// Answers implements [saga.Instances].
func (in instances) Answers(ctx context.Context, ids []string) (answers []saga.Answer, err error) {
	err = in.s.do(ctx, func(d *data) error {
		for _, id := range ids {
			if cmd := d.commands[id]; cmd.answered {
				answers = append(answers, saga.Answer{ID: id, Data: bytes.Clone(cmd.answer)})
			}
		}
		return nil
	})
	return answers, err
}

// Forget implements [saga.Instances].
func (in instances) Forget(ctx context.Context, before time.Time) error {
	return in.s.do(ctx, func(d *data) error {
		maps.DeleteFunc(d.commands, func(_ string, cmd command) bool {
			return cmd.answered && cmd.Sent.Before(micros(before))
		})
		return nil
	})
}

// answer stores what an append says became of commands.
func (d *data) answer(answers []saga.Answer) {
	for _, a := range answers {
		if cmd, known := d.commands[a.ID]; known && !cmd.answered {
			cmd.answered, cmd.answer = true, bytes.Clone(a.Data)
			d.commands[a.ID] = cmd
		}
	}
}

// cloneCommand is a command as a database would give it back. Ended is not stored.
func cloneCommand(cmd saga.Command) saga.Command {
	cmd.Sent, cmd.Data, cmd.Ended = micros(cmd.Sent), bytes.Clone(cmd.Data), false
	return cmd
}

func cloneAnswers(answers []saga.Answer) []saga.Answer {
	answers = slices.Clone(answers)
	for i := range answers {
		answers[i].Data = bytes.Clone(answers[i].Data)
	}
	return answers
}

func sameAnswer(a, b saga.Answer) bool { return a.ID == b.ID && bytes.Equal(a.Data, b.Data) }
