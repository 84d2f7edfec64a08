// Package child runs the own program once more as a process that may die: what a crash needs, since it
// takes the whole process with it. The parent starts it with arguments that make it the child, waits until
// it serves, and sees its end:
//
//	p, err := child.Start(ctx, "system.log", "system", "-dir", dir)
//	…
//	p.Kill() // kill -9: no handler runs and nothing is flushed
//	p, err = child.Start(ctx, "system.log", "system", "-dir", dir)
//
// The child says so when it serves, and ends when its standard input does, so that it does not outlive a
// parent that was killed itself:
//
//	ctx, stop := child.Serving(os.Stdin, os.Stdout)
//	defer stop()
//	<-ctx.Done()
//
// What it writes to its standard error is in the log. Nothing that a service is built of imports this
// package.
package child
