package conformance_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// plantedCommands are mistakes about commands.
func plantedCommands() map[string]func() saga.Store {
	return map[string]func() saga.Store{
		"an answer stored by a refused append":    wrapped(func(j bad) saga.Journal { return answersRefused{j} }),
		"an answer lost by its append":            wrapped(func(j bad) saga.Journal { return losesAnswers{j} }),
		"a later answer that wins":                mishandled(func(p *post) saga.Instances { return lastAnswer{p} }),
		"a command handed out after its answer":   mishandled(func(p *post) saga.Instances { return tellsAgain{p} }),
		"a command told to whoever asks":          mishandled(func(p *post) saga.Instances { return tellsAll{p} }),
		"a sleeping row not woken by its command": mishandled(func(p *post) saga.Instances { return letsSleep{p} }),
		"a waiting command forgotten":             mishandled(func(p *post) saga.Instances { return forgetsAll{p} }),
	}
}

// answersRefused stores the answers of an append that is refused through the journal of somebody
// else.
type answersRefused struct{ bad }

func (j answersRefused) Append(ctx context.Context, a saga.Append) ([]string, error) {
	taken, err := j.Journal.Append(ctx, a)
	if errors.Is(err, saga.ErrSealed) && len(a.Answers) > 0 {
		smuggle(ctx, j.store, saga.Append{Answers: a.Answers})
	}
	return taken, err
}

// smuggle appends something to a journal of which nobody knows, and returns its node.
func smuggle(ctx context.Context, s *memory.Store, a saga.Append) string {
	a.Node, a.Position = "smuggler "+rand.Text(), 1
	s.Journal().Join(ctx, a.Node, 0)
	s.Journal().Append(ctx, a)
	return a.Node
}

type losesAnswers struct{ bad }

func (j losesAnswers) Append(ctx context.Context, a saga.Append) ([]string, error) {
	a.Answers = nil
	return j.Journal.Append(ctx, a)
}

// post is a memory store whose instances are spoiled. It remembers what was sent and answered.
type post struct {
	*memory.Store
	spoil func(*post) saga.Instances

	saga.Instances // those that work

	mu   sync.Mutex
	sent []saga.Command
	last map[string][]byte
}

func mishandled(spoil func(*post) saga.Instances) func() saga.Store {
	return func() saga.Store { return newPost(memory.Open(), spoil) }
}

func newPost(s *memory.Store, spoil func(*post) saga.Instances) saga.Store {
	p := &post{Store: s, spoil: spoil, Instances: s.Instances(), last: map[string][]byte{}}
	return postOffice{p}
}

// postOffice is the store of a post.
type postOffice struct{ *post }

func (p postOffice) Instances() saga.Instances    { return p.spoil(p.post) }
func (p postOffice) Journal() saga.Journal        { return listens{p.Store.Journal(), p.post} }
func (p postOffice) Reopen(testing.TB) saga.Store { return newPost(p.Store.Reopen(), p.spoil) }

// listens is a journal that tells the post which answers went in.
type listens struct {
	saga.Journal
	p *post
}

func (j listens) Append(ctx context.Context, a saga.Append) ([]string, error) {
	taken, err := j.Journal.Append(ctx, a)
	j.p.mu.Lock()
	defer j.p.mu.Unlock()
	for _, answer := range a.Answers {
		if err == nil {
			j.p.last[answer.ID] = slices.Clone(answer.Data)
		}
	}
	return taken, err
}

// Send remembers what it sends.
func (p *post) Send(ctx context.Context, commands []saga.Command) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, commands...)
	return p.Instances.Send(ctx, commands)
}

// remembered returns what was sent and is not among commands, once it is answered or before.
func (p *post) remembered(commands []saga.Command, answered bool) (more []saga.Command) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cmd := range p.sent {
		_, has := p.last[cmd.ID]
		told := slices.ContainsFunc(commands, func(c saga.Command) bool { return c.ID == cmd.ID })
		if has == answered && !told {
			more = append(more, cmd)
		}
	}
	return more
}

type lastAnswer struct{ *post }

func (in lastAnswer) Answers(ctx context.Context, ids []string) ([]saga.Answer, error) {
	answers, err := in.Instances.Answers(ctx, ids)
	in.mu.Lock()
	defer in.mu.Unlock()
	for i := range answers {
		answers[i].Data = in.last[answers[i].ID]
	}
	return answers, err
}

type tellsAgain struct{ *post }

func (in tellsAgain) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	got.Commands = append(got.Commands, in.remembered(got.Commands, true)...)
	return got, err
}

type tellsAll struct{ *post }

func (in tellsAll) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	got.Commands = append(got.Commands, in.remembered(got.Commands, false)...)
	return got, err
}

// letsSleep gives back what was claimed for a command only.
type letsSleep struct{ *post }

func (in letsSleep) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	asleep := func(r saga.Row) bool {
		return len(c.IDs) == 0 && r.Owner != c.Node && (r.Due.IsZero() || r.Due.After(c.Due))
	}
	for _, r := range got.Rows {
		if asleep(r) {
			node := smuggle(ctx, in.Store, saga.Append{})
			in.Store.Journal().Checkpoint(ctx, saga.Checkpoint{Node: node, From: 0, To: 1, Rows: []saga.Row{r}})
			got.Commands = slices.DeleteFunc(got.Commands, func(cmd saga.Command) bool { return cmd.Instance == r.ID })
		}
	}
	got.Rows = slices.DeleteFunc(got.Rows, asleep)
	return got, err
}

// forgetsAll answers what waits, so that it is forgotten with the rest.
type forgetsAll struct{ *post }

func (in forgetsAll) Forget(ctx context.Context, before time.Time) error {
	var answers []saga.Answer
	for _, cmd := range in.remembered(nil, false) {
		answers = append(answers, saga.Answer{ID: cmd.ID})
	}
	smuggle(ctx, in.Store, saga.Append{Answers: answers})
	return in.Instances.Forget(ctx, before)
}
