// Package drivers holds bugs for the conformance suite to find in the drivers that ship, so that its
// being green on them means something. Package conformance plants mistakes around a store in
// memory; here they are in the drivers' own sources, and mostly in their SQL: a lock that is left
// out, a condition that is forgotten, a snapshot that is two.
//
//	for _, b := range drivers.SQLite().Bugs {
//		failed, err := drivers.SQLite().Hunt(ctx, root, b)
//		…
//	}
//
// The sources stay as they are. [Driver.Hunt] gives the compiler changed copies in their place (see
// package overlay), builds the tests of the driver's package from them, and runs those that the bug
// names: of TestConformance or TestLedger the part that matters, which keeps a hunt to a few seconds. A few bugs
// of PostgreSQL show only in what several connections do at one moment; for these, tests of package
// postgres run that bring the moment about.
//
// A bug must be caught by what a test says of the driver. A build that fails, a panic, a store that
// does not open and a statement that the database does not understand are errors of the hunt. A bug
// whose words are no longer in the source is one too, so a change of a driver cannot leave a bug
// behind that plants nothing.
//
// PostgreSQL's address is that of all tests, in the environment variable SAGA_POSTGRES.
package drivers
