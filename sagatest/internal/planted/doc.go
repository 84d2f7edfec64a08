// Package planted holds bugs for the explorer to find, so that its silence about the engine means
// something. Each is a change of a few words in the engine's own source, or in the store's that the
// explorer runs it on: a missing fence, an undo out of order, an append that is taken for done. The
// sources stay as they are: [Bug.Hunt] gives the compiler changed copies in their place (the go
// command's -overlay), builds the command hunt from them, and runs it.
//
//	for _, b := range planted.Bugs() {
//		catch, err := b.Hunt(ctx, root)
//		…
//	}
//
// A bug whose words are no longer in the source is an error, so a change of the engine cannot leave
// a bug behind that plants nothing.
//
// Most bugs weaken one of the rules that the journal rests on; [Bug.Rule] names it. That the suite
// of package conformance finds mistakes in stores is shown there, with bugs of its own.
package planted
