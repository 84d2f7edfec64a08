//go:build unix

package killtest_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// What a parent tells its child. A process without envFolder is a parent.
const (
	envFolder  = "KILLTEST_FOLDER"  // of the database files and the key of the sessions
	envCatalog = "KILLTEST_CATALOG" // the catalog's address, host:port
	envOrders  = "KILLTEST_ORDERS"  // the order service's
	envKill    = "KILLTEST_KILL"    // where the child kills itself; see setTrap
	envNetwork = "KILLTEST_NETWORK" // the seed of the network's faults; empty: there are none
	envReject  = "KILLTEST_REJECT"  // not empty: no order can be stored
)

// envKills is how often a campaign kills at each moment of each write. Five times is the full one, and
// only that has a first start killed after each commit as well as before it.
const (
	envKills     = "SHOP_KILLS"
	defaultKills = 2
	fullKills    = 5
)

func killsEach(t *testing.T) int {
	t.Helper()
	text := os.Getenv(envKills)
	if text == "" {
		return defaultKills
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: give a number from 1", envKills, text)
	}
	return n
}

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
