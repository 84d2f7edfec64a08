package main

import "context"

// contestant is one way to run sagas durably.
type contestant struct {
	name string
	// open makes a fresh file at path and readies it for sagas of the workload.
	open func(ctx context.Context, path string, w workload, p *participant) (runner, error)
	// read opens a file that a runner has closed, and says what is in it.
	read func(ctx context.Context, path string, w workload, ids []string) (found, error)
}

// runner runs sagas over one file. saga may be called from several goroutines at once; close comes
// after the last of them.
type runner interface {
	// saga runs one saga, and returns when its end is known and durable.
	saga(ctx context.Context, id string) error
	// close writes what is still in memory and closes the file.
	close() error
}

// baseline is the contestant that the others are compared with.
const baseline = "plain loop"

func contestants() []contestant {
	return []contestant{plainLoop(), engine("engine, durable per step", false), engine("engine, replayable", true)}
}
