//go:build unix

package killtest_test

import (
	"fmt"
	"os"
	"testing"
)

// What a parent tells its child. A process without envFolder is a parent.
const (
	envFolder  = "KILLTEST_FOLDER"  // of the two database files
	envCatalog = "KILLTEST_CATALOG" // the catalog's address, host:port
	envOrders  = "KILLTEST_ORDERS"  // the order service's
	envKill    = "KILL"             // where the child kills itself; see setTrap
)

// TestMain makes this binary two programs: the tests, and the shop that they kill.
func TestMain(m *testing.M) {
	if os.Getenv(envFolder) == "" {
		os.Exit(m.Run())
	}
	if err := runShop(os.Getenv(envFolder), os.Getenv(envCatalog), os.Getenv(envOrders)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
