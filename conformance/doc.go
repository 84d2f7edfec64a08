// Package conformance says what a [saga.Store] must do, as tests. The comments in package saga are
// the contract in words; this is the contract that runs. A driver is done when it passes, and it
// needs no test of its own for what is tested here.
//
//	func TestConformance(t *testing.T) {
//		conformance.TestStore(t, func(t testing.TB) saga.Store {
//			store, err := mydriver.Open(t.Context(), filepath.Join(t.TempDir(), "sagas"))
//			if err != nil {
//				t.Fatal(err)
//			}
//			t.Cleanup(func() { store.Close() })
//			return store
//		})
//	}
//
// [TestMail] is the same for the other half of a driver, the outbox and inbox in a service's own
// database: what the ports of package message demand, and what drivers promise under the same names.
// [TestLedger] is the same for the ledger beside them: operations of package participant, whose effect,
// row and reply are one transaction, and local steps.
// [TestOwnTransaction] is for drivers whose sagas may be started and answered in a service's own
// transaction: engines run what was committed.
//
// # How it runs
//
// Every behaviour is a subtest of its own, named after its port and its rule, such as
// Append/after-a-seal. Each calls open for a store that nobody has written to, so open must make a
// new file, schema or folder every time. The subtests run in parallel: open is called from several
// goroutines. Run the suite with the race detector too; many of its checks use a store from several
// goroutines at once.
//
// # Durability
//
// That an acknowledged write is still there after a crash can be seen only by opening the store
// again. A driver takes part in these checks by returning a value that also implements [Reopener]
// from open. Reopen must imitate a crash: it may use nothing but what a new process would find, so
// it must not close, flush or ask the old handle, which is not used again. A driver for files
// copies them as they are and opens the copy. A driver for a server opens new connections. Without
// a Reopener these checks only say in the log that they did not run, so look there once.
//
// Transactions of a caller's, [saga.Transaction], are tested in the same way of stores whose value
// implements [Transactor].
//
// # What it leaves open
//
// Where the contract is silent, so is the suite: the text of errors, the order among rows that
// started or are due at the same moment (but a list of such rows is the same in pages as at once),
// which of the rows that commands wake a claim takes if it may not take all, the journal of a node
// that never joined, what a repeated append is told once its row was folded, and whether a driver
// knows that a process has ended.
//
// # Testing the tests
//
// [Check] runs the same suite without failing a test and returns what failed. The tests of this
// package use it to show that the suite sees the mistakes that a driver is most likely to make:
// each is planted in a store that otherwise works, and has to be found. Package memory holds that
// store; it passes the suite and is of use to other tests.
package conformance
