// Package saga runs business transactions that span several services. Each is a saga: a sequence of
// steps, every one a local transaction at one participant, with an undo where there is one. An
// [Engine] keeps what happened in a database, repeats, asks and undoes, and carries on after a
// crash. It is a library inside your service; there is no server beside it.
//
//	type Order struct{ Item, Reservation string }
//
//	func reserve(ctx context.Context, o *Order, a saga.Attempt) error {
//		id, err := stock.Reserve(ctx, a.Key.String(), o.Item)
//		if errors.Is(err, ErrSoldOut) {
//			return fmt.Errorf("%w: %w", saga.Refused, err) // an answer
//		}
//		o.Reservation = id
//		return err // nil: done, and the state is kept; anything else: nobody knows
//	}
//
//	order := saga.Definition[Order]{Name: "order", Version: 1, Steps: []saga.Step[Order]{
//		{Name: "stock", Action: reserve, Compensation: release, Probe: look, Fence: forbid},
//		{Name: "payment", Kind: saga.Pivot, Action: charge, Probe: lookUp, Fence: void},
//	}}
//	engine, err := saga.New(store, nil, order) // store: for example from sqlite.Open
//	go func() { ended <- engine.Run(ctx) }()
//	_, err = order.Start(ctx, engine, "order-1000", Order{Item: "EST-1"}) // durable from here on
//	state, err := order.Wait(ctx, engine, "order-1000")
//
// A [Definition] is plain data, the same for every instance. Code of yours is never replayed to
// find out where an instance stands: recovery reads recorded outcomes, and the functions of a step
// may do whatever they like as long as they honour ctx and tell the truth.
//
// # Outcomes
//
// What a step's function returns says what is known of the effect, see [Outcome]. [Refused] and
// [NotDone] are claims that the engine acts on, and a false one leaves an effect standing that
// nobody looks for. An error that claims nothing is [Unknown], and so is a panic. When in doubt,
// return the error as it is.
//
// # Replies
//
// A call may return [Pending]: it was taken in, and a [Reply] will tell what came of it, handed to any
// engine by [Engine.Deliver], from a message or from a person. The step's Reply function folds it into
// the state. If none comes within the step's ReplyTimeout, the outcome is unknown. An instance that
// waits is in nobody's memory.
//
// # Timers and conditions
//
// A step with [Step.Sleep] is a timer: the saga goes on when the time has passed, whatever crashes
// meanwhile. A step whose [Step.When] says no is passed over. Both are asked as the step opens and go by
// the state alone, because they may be asked again.
//
// # The unknown path
//
// Unknown is never read as failure. On the way forward the engine asks the step's Probe, or without
// one repeats the action under the same key. On the way back it must know before it undoes: it
// calls the Fence, which also forbids a late original; or undoes a [Step.Replayable] step, whose
// participant absorbs the undo of nothing; or probes until the answer is definite. A step that
// offers none of these stops the way back, and the instance needs attention.
//
// A refusal turns the instance back. One that follows an unknown attempt is taken for the truth
// only from a replayable participant without a fence, since the attempt may still arrive; otherwise
// fence or probe are asked first. When a step's attempts are used up, what follows depends on what
// is known: if every attempt before the point of no return was NotDone, the instance turns back;
// otherwise it needs attention.
//
// # Kinds
//
// A step is [Compensatable], the [Pivot] or [Retriable], in this order; [New] refuses any other.
// What precedes the pivot can be undone, what follows it must finish, and the pivot itself decides.
// A [ReadOnly] step stands before the pivot and changes nothing: a query, an approval.
// A saga without a pivot may end in retriable steps: reaching the first of them is then its point
// of no return. The way back undoes what took effect in reverse order, one step at a time.
// Steps in a group that is Parallel run at once, each branch in its own order; a refusal lets the
// others settle before anything is undone. [Nest] makes a saga a group of another. A step without an
// Action is an expectation: others do it unasked, and a [Reply] tells.
// An end is [Completed], [Compensated] or [Failed], the last if nothing was there to undo.
//
// # Replayable steps
//
// Between two steps the engine waits until the outcome of the first is on disk. If both are
// Replayable it does not wait, since a crash in between is mended by calling again. That makes such
// a saga wait for two writes, its start and its end, whatever its length. The word is a promise of
// the participant; nothing here can check it.
//
// # Keys and rounds
//
// The [Key] in every [Attempt] is what makes a repeat harmless: send it with the request, and let
// the participant apply it at most once. It stays the same through retries, crashes and changes of
// node. Only a definite refusal of a step that must finish leads to a new round and so to a new key.
// Action and compensation have keys of their own. After a takeover the node that lost an instance
// may have a call under way while the next one makes it again; the key covers that too.
//
// # Running and recovery
//
// [Engine.Run] joins a [Store] as a new incarnation of its node and appends every transition to a
// journal of its own; rows that people read follow a moment later. Of a node that has died, or that
// makes no progress for [Config.Lease], another seals the journal, so that nothing can be added to
// it, folds it, and goes on. What was under way then counts as maybe done. An instance keeps the
// version it began with, so register the versions that are still live, in every engine on a store:
// an engine that claims an instance which it has no definition for parks it in attention, and it
// goes on within ten minutes of the definition's return, or when it is started again. Other steps need a new version, and Run refuses them under an old one; deadlines, timeouts
// and retry policies may be tuned.
//
// [Definition.Start] with the same id and input may be repeated at will. Inputs are compared by
// name of the definition and by JSON without zero values: Quantity 0 and no quantity are the same.
//
// # Your own transaction
//
// [Definition.Start] takes an engine, or a database transaction of yours that sqlite.Bind or
// postgres.Bind has made a [Starter]: a row of yours and its saga are then committed together, or
// neither is. The same Bound delivers replies. Any engine takes the instance up after the commit:
// call [Engine.Wake] on SQLite, where nobody else tells it. sqlite.Func and postgres.Func make a step of
// work on your own database, done at most once. Keep such transactions short, and wait for nothing in
// them that an engine does.
//
// # Attention
//
// [NeedsAttention] means that the engine has done what is safe; [Instance.Reason] says what is
// missing. Calls that can do no harm go on once a minute, unless [Definition.LeaveInDoubt] says
// otherwise or only a person can help. Starting the instance again with the same id and input
// resumes it with a new budget, and asks first about what is unknown. [Instance.Explain] says all of
// this about one instance in a sentence.
//
// A person may do more: [Retry], [Compensate], [Resolve], [Skip] and [Stop], each with a name and a
// reason that the history keeps. [Engine.Preview] says what would follow, by the rule that will
// decide; [Engine.Apply] does it, wherever the instance is, and only while it stands as it did in the
// preview. Both work on an engine without definitions whose Run was never called, which is how the
// command line in cmd/seosa works.
//
// # Observing
//
// [Engine.Get], [Engine.Find], [Engine.Count] and [Engine.History] read. [Config.Observe] hears of
// transitions that this engine made, for logs and metrics; what was durable just before a crash may
// be in the history only. Package console shows the same to people.
//
// # What it does not do
//
// It does not isolate: between two steps others see what the first has done, so mark it as
// unfinished in your own data. It does not deliver messages. It does not
// delete ended instances. It cannot stop a function that ignores its ctx; such a call keeps one of
// [Config.Concurrency] slots, and Run leaves it behind.
//
// The folder docs of the repository has the guarantees with their conditions and tests, the terms,
// and the paths through the code.
package saga
