// Package query reads what a person types to choose instances, and writes it again.
//
//	list -status attention,running -definition shop.order -older 10m
//
// A [Filter] is that choice in the words of the command line. [Filter.Register] adds its flags to a
// flag set, [Parse] reads arguments with them, [Filter.At] makes the [saga.Filter] that a store
// answers, and [Filter.Args] the arguments that mean the same, for a line that can be pasted. What is
// written and read again is the same choice.
//
// # The flags
//
//	-id ID            this instance; may be repeated
//	-status STATUS    running, compensating, attention, completed, compensated or failed; several by comma
//	-definition NAME  of this definition
//	-step NAME        whose open step is this one
//	-why REASON       that needs attention for this reason, for example in-doubt
//	-older AGE        in its status for this long or longer: 90s, 10m, 36h, 2d
//	-text TEXT        with this text in the id or in what is stored of it; ASCII letters in any case
//
// Flags that are given together must all match. A flag with an empty value is an error and not a
// flag that was left out: it comes from a shell variable that nobody set, and would choose all.
//
// # Arguments
//
// [Parse] takes flags and other arguments in any order, as people type them, where package flag
// stops at the first argument that is no flag. Two dashes end the flags. A flag or word that there
// is not is an error that names the nearest one ([Nearest], by the distance of Levenshtein, 1966).
//
// Errors match [saga.ErrInvalid], except [flag.ErrHelp] for -h and -help. Nothing here prints, and
// nothing keeps state: filters are values.
package query
