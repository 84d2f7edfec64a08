package saga

import (
	"context"
	"fmt"
	"time"
)

// TaskKind is what kind of work a task is.
type TaskKind string

const (
	TaskAppend     TaskKind = "append"     // make transitions durable
	TaskCheckpoint TaskKind = "checkpoint" // write rows behind the journal
	TaskClaim      TaskKind = "claim"      // take dormant instances and commands
	TaskFind       TaskKind = "find"       // read what an id belongs to
	TaskLook       TaskKind = "look"       // read how far other nodes have come
	TaskSeal       TaskKind = "seal"       // seal a silent node and read what it left
	TaskDrain      TaskKind = "drain"      // write what a sealed node left
	TaskLeave      TaskKind = "leave"      // seal this node's own journal
	TaskCall       TaskKind = "call"       // call a step's function; see Task.Call
	TaskAnswer     TaskKind = "answer"     // tell a caller of Start; see Task.Answer
	TaskTell       TaskKind = "tell"       // transitions that are durable; see Task.Durable
	TaskWarn       TaskKind = "warn"       // tell the operator; see Task.Warning
)

// Task is one thing that a loop wants done.
type Task struct {
	Kind    TaskKind
	Call    *PendingCall // of TaskCall
	Answer  *StartAnswer // of TaskAnswer
	Durable []Event      // of TaskTell
	Warning error        // of TaskWarn

	ask  storeEffect
	node *node
}

// StartAnswer is what a start is told.
type StartAnswer struct {
	ID       string
	Instance Instance
	Err      error // as documented at [Definition.Start]
}

// OnStore reports whether the task is done by [Task.Do].
func (t Task) OnStore() bool { return t.ask != nil }

// Do does a task on the store once. The function that it returns tells the loop; call it at most
// once, or never if the loop has crashed. An error means that nobody knows whether the store did
// it. Doing the task again, with again set, is safe then; [Task.Fail] gives up instead.
func (t Task) Do(ctx context.Context, store Store, again bool) (tell func(at time.Time), err error) {
	in, err := t.ask.run(ctx, store, again)
	if err != nil {
		return nil, err
	}
	return func(at time.Time) { in(t.node, at) }, nil
}

// Fail tells the loop that nobody knows what came of the task and that it will not be done again.
// It is false if the loop cannot live with that: then the task must be done again until it is known.
func (t Task) Fail(err error, at time.Time) bool {
	in := t.ask.failed(err)
	if in == nil {
		return false
	}
	in(t.node, at)
	return true
}

// PendingCall is a call to a step's function that a loop wants made.
type PendingCall struct {
	Instance Instance // as the function sees it
	Step     string
	Call     CallKind
	Key      Key
	Number   int // of the attempt
	Shape    StepShape
	Reply    *Reply // that the step's Reply function is to hear, so that nobody is called; nil if somebody is

	plan   *plan
	effect callStep
	node   *node
	told   bool
}

// CallResult is what a step's function did: what it returned and which fields of the state it
// changed.
type CallResult struct {
	Err   error
	patch fields
}

// Changed returns the changed fields as one JSON object, in order of name; "{}" if none.
func (r CallResult) Changed() string { return string(r.patch.object()) }

// Make calls the step's function with its own copy of the state. It may be called any number of
// times, or never, whatever the loop is told.
func (c *PendingCall) Make(ctx context.Context) CallResult {
	patch, err := c.plan.attempt(ctx, c.effect, nil)
	return CallResult{Err: err, patch: patch}
}

// Tell reports the end of the call to the loop, which listens to the first report only.
func (c *PendingCall) Tell(r CallResult, at time.Time) {
	if c.told {
		return
	}
	c.told = true
	h := happened{at: at, patch: r.patch}
	h.heard(r.Err)
	if r.Err != nil {
		h.said = textOf(r.Err)
	}
	c.node.answered(c.effect.In.ID, c.effect.Serial, h)
}

// task shows an effect to whoever drives the loop; one without a kind is nothing to do.
func (l *Loop) task(e effect) Task {
	t := Task{node: l.node}
	switch e := e.(type) {
	case storeEffect:
		t.Kind, t.ask = taskKind(e), e
	case callStep:
		t.Kind = TaskCall
		key := e.In.key(e.Shape)
		t.Call = &PendingCall{
			Instance: e.In.public(e.Shape, l.node.id), Step: key.Step, Call: e.In.Call, Key: key, Number: e.In.Calls + 1,
			Shape: e.Shape.Steps[e.In.Step],
			plan:  l.plans[shapeKey{e.In.Definition, e.In.Version}], effect: e, node: l.node,
		}
		if e.Reply != nil {
			r := e.Reply.reply(e.In, e.Shape)
			t.Call.Reply = &r
		}
	case answerStart:
		t.Kind = TaskAnswer
		t.Answer = &StartAnswer{ID: e.Request.ID, Err: e.Err}
		if e.Err == nil {
			t.Answer.Instance = e.Instance.public(l.node.shapes[shapeKey{e.Instance.Definition, e.Instance.Version}], "")
		}
	case tell:
		t.Kind = TaskTell
		for _, p := range e.Durable {
			t.Durable = append(t.Durable, p.entry.event(p.after, p.of.shape))
		}
	case warn:
		t.Kind, t.Warning = TaskWarn, fmt.Errorf("%s: %w", e.Text, e.Err)
	case unreadable:
		t.Kind, t.Warning = TaskWarn, fmt.Errorf("%s: %w", e.Text, e.Err)
	}
	return t
}

func taskKind(e storeEffect) TaskKind {
	switch e.(type) {
	case appendRow:
		return TaskAppend
	case writeRows:
		return TaskCheckpoint
	case claimRows:
		return TaskClaim
	case findInstance:
		return TaskFind
	case lookAround:
		return TaskLook
	case takeOver:
		return TaskSeal
	case drainOther:
		return TaskDrain
	}
	return TaskLeave
}
