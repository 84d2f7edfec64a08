// Package cli is the operator's command line: it shows the sagas of a store and settles those that
// need a person. The command seosa is this package over SQLite and PostgreSQL; "seosa help" has the words for
// operators, this page what a program or a script needs to know.
//
//	c := cli.Command{Open: open, Out: layout.Of(os.Stdout, os.Getenv), Err: layout.Of(os.Stderr, os.Getenv)}
//	os.Exit(c.Run(ctx, os.Args[1:]))
//
// # What it does
//
// list and show read rows and histories through an engine that is never run, so they work beside a
// running engine and without one; what they show is at most one checkpoint old. The verbs retry,
// compensate, resolve, skip and stop are those of [saga.Verb]. Each takes ids or a filter (package
// query), looks at what would happen ([saga.Engine.Preview]), has it confirmed, and sends it
// ([saga.Engine.Apply]) in parts of a hundred, of which several are under way at once. An instance
// that moved after it was looked at is left alone. With -dry-run a verb ends after the look.
//
// A name and a reason go with every intervention into the history of its instance.
//
// migrate looks at the store's tables, and brings them up to date, by the two functions of the
// [Command] that know how; a store that cannot be opened yet can be migrated. diff compares what a
// new build wrote with [saga.Describe] with what lives in the store ([saga.Engine.Compare]).
//
// # What keeps a slip small
//
// A verb without ids and without a filter is refused, and so is a flag with an empty value, which is
// what a shell makes of a variable that nobody set. If one of several ids does not exist, nothing is
// done to the others. Above ten instances a person types their number; a script gives it with -yes,
// and if it is another number by then, nothing is done. The filter for the reason of an attention
// is -why, because -reason is what a person says: one flag cannot be both and be safe to copy from a
// list to a verb.
//
// # Exit codes
//
//	  0  all was done; a list may be empty
//	  1  some or all interventions were refused, or their instances had moved; of a dry run: would be;
//	     of migrate: this program cannot run on the tables as they are; of diff: the build would strand
//	     something
//	  2  the arguments make no sense, or a confirmation was not given; nothing was done
//	  3  no instance matches, or an id does not exist; nothing was done
//	  4  the store cannot be read or written
//	  5  sent and not applied yet: no engine runs, or none answered within -wait
//	130  interrupted
//
// If several apply, 130 comes before 4, 4 before 5, and 5 before 1. What waits (5) is stored: the next engine
// decides it before any further call to the instance. An error is one line on the error screen that says
// what to do next.
//
// # Output
//
// Text is for people and may change; with -o json every command answers with one JSON object whose
// names stay, to which names may be added. Times there are RFC 3339 in UTC, durations are in
// milliseconds and say so in their name, and what is not there is left out. Ids, states and whatever
// participants said are printed so that a terminal cannot be moved by them (package layout). Results
// go to Out; questions, progress and errors go to Err.
//
// A [Command] is run once. Nothing here is safe for concurrent use, and nothing needs to be.
package cli
