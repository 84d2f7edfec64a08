package stage

import "time"

// Config tells [Play] how. Folder and Child are required.
type Config struct {
	// Budget is how long a step or an undo may be missing in a hasty row before it is given up. Such a row
	// takes twice as long and more, and a machine that needs so long for one step ends it otherwise. Default: 1 s.
	Budget time.Duration
	// Child are the arguments with which this program runs [Run].
	Child []string
	// Folder is where the lanes have their files; it must exist.
	Folder string
	// Lanes is how many systems play the rows at once that give nothing up. Default: 2. As many
	// play the hasty ones.
	Lanes int
}

const (
	// expect is how long a message may be missing before it is asked about.
	expect = 200 * time.Millisecond
	// forever is the budget of what is not to be given up.
	forever = 5 * time.Minute
	// patience is how long the answer to a buyer waits for the end of the payment.
	patience = time.Minute
)
