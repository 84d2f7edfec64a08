// Package standing reads from a store how its instances stand now: how many are live, how many need
// a person and why, and of how many nobody knows what became of a step. It is shared by the packages
// that turn these numbers into metrics, so that both count the same.
//
// A [Reader] keeps what it read for a while and never waits for longer than it was told to, because
// it is asked by whoever scrapes a process: a slow database must not make a scrape hang, and many
// scrapers must not make a database slow. What could not be read is not told at all. An old number
// would say that all is well when nobody knows.
//
// # What is looked at
//
// Live instances are counted by the store. The rest is read from rows: those in attention, and those
// that go forward or back, [Most] of each at a time. A store lists the latest start first, so where
// there are more, the reader looks again at those that have stood in their status for ten seconds,
// then for a minute, and so on up to a day, until it has seen all of them that stood so long. The
// oldest are thereby found also in a crowd. Then [Numbers.Partial] is set, and the numbers are lower
// bounds. Rows are written behind the journal, so nothing here is younger than the last checkpoint.
package standing
