package openapi

import (
	"fmt"
	"slices"
)

// Unseen returns, in alphabetical order, what the document promises and no exchange has shown so
// far: "GET /things: never asked" and "POST /things: never answered 409". It is empty if everything
// was seen. The operation that serves the document is not demanded.
func (c *Checker) Unseen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for _, op := range c.all {
		switch seen := c.seen[op]; {
		case op.route.Path == documentPath:
		case len(seen) == 0:
			missing = append(missing, op.name()+": never asked")
		default:
			for _, status := range op.promised() {
				if !seen[status] {
					missing = append(missing, fmt.Sprintf("%s: never answered %d", op.name(), status))
				}
			}
		}
	}
	slices.Sort(missing)
	return missing
}
