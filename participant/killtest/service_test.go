//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// work is the request of every operation, and its reply.
type work struct {
	Step string `json:"step"`
}

// The steps, which are operations too.
var steps = []string{"stock", "seat", "pay", "ship"}

// service is what the participant does and keeps, whatever database it is on.
type service struct {
	operation func(name string) participant.Operation
	queue     message.Queue
	left      func(ctx context.Context) (int, error) // messages in the outbox
	effects   func(ctx context.Context) ([]effect, error)
	close     func()
}

// openService opens the participant's database.
func openService(ctx context.Context, at string) (service, error) {
	if onPostgres(at) {
		return openServiceOnPostgres(ctx, at)
	}
	return openServiceOnSQLite(ctx, at)
}

func onPostgres(at string) bool { return strings.HasPrefix(at, "postgres") }

// refusalOf is the work's mind. It refuses when it has done its work already: that must not stay.
func refusalOf(key string, w work) error {
	if fate := chanceOf(key); w.Step == "pay" && fate%4 == 0 || w.Step == "ship" && fate%4 == 0 && !strings.Contains(key, "~") {
		return &participant.Refusal{Code: "not-today", Detail: "Ask for something else."}
	}
	return nil
}

func chanceOf(key string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return h.Sum64() >> 7
}

// runService is the participant.
func runService(ctx context.Context) error {
	serves, err := openService(ctx, os.Getenv(envWork))
	if err != nil {
		return err
	}
	responder := participant.NewResponder("/service", nil)
	for _, name := range steps {
		responder.Handle(name, serves.operation(name))
	}
	http.Handle("POST /message", taking(func(ctx context.Context, m message.Message) error {
		report("calls of " + m.Type[strings.LastIndexByte(m.Type, '.')+1:])
		return responder.Take(ctx, m)
	}))
	return http.ListenAndServe(os.Getenv(envCalls), nil)
}

// runRelay carries the participant's outbox to the engine.
func runRelay(ctx context.Context) error {
	serves, err := openService(ctx, os.Getenv(envWork))
	if err != nil {
		return err
	}
	w, err := newWire(os.Getenv(envStarts))
	if err != nil {
		return err
	}
	return message.NewRelay(serves.queue, w, &message.RelayConfig{
		Poll: 5 * time.Millisecond, Max: 200 * time.Millisecond, MaxAttempts: 1000, Timeout: 500 * time.Millisecond,
	}).Run(ctx)
}

// bag is the state of the sagas: what was answered.
type bag struct {
	Done []string
	Said string
}

func (b *bag) read(e participant.Entry) error {
	if e.Refusal != nil {
		b.Said = e.Refusal.Code
		return nil
	}
	b.Done = append(b.Done, fmt.Sprintf("%s %s", e.Operation, e.Reply))
	return nil
}

// definition is the same in every life.
func definition(p message.Publisher) saga.Definition[bag] {
	d := saga.Definition[bag]{Name: "order", Version: 1}
	for i, name := range steps {
		kind := []saga.Kind{saga.Compensatable, saga.Compensatable, saga.Pivot, saga.Retriable}[i]
		st := participant.Step(name, kind, participant.Requester{Publisher: p, Source: "/engine", Name: name},
			func(bag) any { return work{name} }, (*bag).read)
		st.ReplyTimeout = 700 * time.Millisecond
		d.Steps = append(d.Steps, st)
	}
	return d
}
