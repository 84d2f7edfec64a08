// Package sagatest finds out whether a saga survives what can go wrong. It runs your definition, and
// your model of its participants, under every schedule of few faults and under random schedules of
// many, and checks after each run that what stands at the participants is what the instance says. If
// it is not, it prints the shortest schedule that shows it, and the story of that run.
//
//	func TestOrderSurvives(t *testing.T) {
//		sagatest.Explore(t, nil, func(w *sagatest.World) sagatest.Case[Order] {
//			stock, bank := w.Participant("stock"), w.Participant("bank")
//			return sagatest.Case[Order]{Definition: order(stock, bank), Input: Order{Item: "EST-1"}}
//		})
//	}
//
// # What is run
//
// Each run has an empty store in memory and one or more nodes, which are the engine's own decisions
// ([saga.Loop]) without its goroutines. Time is virtual and there is one thread, so a run takes well
// under a millisecond, and the same schedule gives the same run. Left alone, a run goes well. A
// [Schedule] says at which of its points something goes wrong, and what; see [Kind] for all that
// can: crashes around every durable write, lost answers, nodes that are taken over and do not know
// it, calls that are lost, doubled, late or slow, participants that refuse or whose connection breaks
// in the middle of a function, replies that are lost, doubled, early, late or elsewhere, clients that
// repeat or give up, people who intervene. After the last
// fault everything works again, and the instance must come to an end, or stand in attention for a
// reason that people can see and that no repetition removes: an undo that was refused, or an outcome
// that nobody can find out. Attention because a step cannot finish, or an undo does not, must go away.
//
// [Config.Bound] is the number of faults up to which every schedule is run. Two find most mistakes: one
// fault to make something unknown, and one to disturb what settles it.
//
// # Modelling participants
//
// The explorer must know when an effect comes true and when it is taken back. There are three ways
// to tell it, from least work to most:
//
//   - [Model] replaces every function of a definition. It explores which steps there are and how
//     they are settled, and nothing of your code.
//   - [World.Participant] is a participant that keeps all promises. Your step's functions call it
//     where they would call the real one, so that their own mistakes show: the wrong key or round, an
//     error taken for an answer, a state that changes with the clock.
//   - [World.Happened] is for a model of your own, for example one that reserves stock in a map.
//     Call it where the effect comes true. Make changes through [World.Answer], so that the model
//     refuses and breaks off as a [Participant] does.
//
// A participant that takes a call in and replies later ([saga.Pending]) is the same model behind
// [World.Later]. The explorer carries the call out and delivers the reply as [saga.Engine.Deliver] does:
//
//	Action: func(_ context.Context, o *Order, a saga.Attempt) error {
//		return w.Later(saga.Reply{Key: a.Key, Data: receipt}, bank.Do)
//	},
//
// Timers and long waits cost nothing: a run leaps over the time in which nothing happens.
//
// If one step tells of its effect, all that have a compensation must; [Case.NoEffect] names those that
// have none to tell of. Left alone, the case must complete.
//
// A case is built anew for each schedule, several at once, and must give the same run each time: no
// shared variables, no clock, no chance, no order of a map. Its functions answer at once: one that
// has not returned after a second of real time finds its ctx ended and fails the exploration; one
// that never returns holds it up for ever.
//
// # What is checked
//
// That nothing acknowledged or told is lost, also to a client who was told that nothing was started.
// That the instance does not fall silent, nor need a person without need. That over all keys and rounds each step has at most one
// effect, and at the end one or none as its mark and the status say. That undos come in reverse, once,
// and never for a step of which nobody knows. That functions tell the truth: a fence that said no
// must be right for ever, and a function that was told nothing must not say that it was refused, not
// done or done. That a reply is heard, settles what it is about and nothing twice, and that what its
// function changed is in the state. That no timer is early, that a step which was passed over has no
// effect, and a read-only one never. That a node which was taken over does nothing more. That another
// input under the same id is refused. And [Case.Check], which is yours.
//
// A [saga.Step] that is Replayable promises that a repeat gives the same outcome and the same state.
// Each of them is called twice, and held to that.
//
// # What a pass means
//
// No schedule of at most Bound faults breaks a guarantee, if [Report.Complete] says so; a larger
// definition needs a larger [Config.Schedules]. An exploration also fails if a kind of fault never
// struck, unless the definition leaves no place for it ([Report.NotOffered] says why), so that an
// empty search does not pass. It says nothing about what the model leaves out: a real participant
// that forgets keys after a day, a database that loses power, two instances that compete for one
// item.
//
// # When it fails
//
// [Failure] names the guarantee, what happened, the schedule and the story; a panic is a failure like
// any other. Paste the schedule into
// a test with [Replay] and keep it: it stays the same as long as the case and this module do.
// [Find] and [Play] are the same for programs that are not tests.
package sagatest
