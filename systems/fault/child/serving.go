package child

import (
	"context"
	"fmt"
	"io"
)

// readyWord is what the child says when it serves.
const readyWord = "ready"

// Serving tells the parent that the child serves. The context ends when the parent has closed the child's
// input, or with stop. Ctrl-C reaches both processes; a child that leaves it to its parent ignores
// os.Interrupt from its beginning.
func Serving(in io.Reader, out io.Writer) (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = context.WithCancel(context.Background())
	fmt.Fprintln(out, readyWord)
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, in) // its end is all that it says
	}()
	return ctx, stop
}
