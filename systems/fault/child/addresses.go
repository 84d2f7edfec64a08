package child

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// Addresses finds n addresses of this machine that nobody listens at, for children that are to serve at the
// same ones after each start. Their ports are such as the system does not give to outgoing connections, so
// that they stay free while a child is down.
func Addresses(n int) (free []string, err error) {
	for range 1000 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))); err != nil {
			continue
		}
		defer func() { _ = l.Close() }()
		if free = append(free, l.Addr().String()); len(free) == n {
			return free, nil
		}
	}
	return nil, fmt.Errorf("no free ports between 15000 and 30000: %w", err)
}
