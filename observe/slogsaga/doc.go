// Package slogsaga writes what an engine does to a log, with one line for each thing that an operator
// wants to know at three in the morning, and the rest at debug level.
//
//	log := slogsaga.New(slog.Default())
//	engine, err := saga.New(store, &saga.Config{Observe: log.Observe, Measure: log.Measure}, order)
//
// It can be handed on together with the metrics of packages promsaga and otelsaga: write a function
// that calls both.
//
// # Levels
//
//	ERROR  an instance needs attention: why, at which step, and what was said last
//	WARN   the outcome of a call is unknown
//	WARN   a person intervened: who, how, and why
//	WARN   another node's journal was taken over, or nobody knows whether it was
//	WARN   the store refused a write, because another node took this one over
//	WARN   an append took longer than [Slow], or had to be repeated
//	INFO   a refusal or the deadline sent an instance back
//	INFO   an instance needs attention no more
//	DEBUG  every other transition, and every other piece of work on the store
//
// An instance that needs attention is told of once, not at every call that is still made for it; it
// is told of again if the reason changes, or if something happened to it on another node in between.
// One transition is one line at most, the most important one. When a participant is down, every
// instance that calls it has a line for each unknown outcome; give New a handler that samples if
// that is too much.
//
// # What is never in it
//
// The state of an instance and what a call changed in it are never written: they may hold secrets.
// What functions, participants and people said is, on one line of at most [MostSaid] characters, with
// the middle left out if it is longer. So an error text that holds a secret reaches the log, and also
// the journal: keep secrets out of errors. Instance ids are written, since they are what an operator
// searches for.
package slogsaga
