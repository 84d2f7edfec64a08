package sagatest

import (
	"slices"
	"strconv"
	"time"

	"github.com/seosa-dev/saga"
)

// node is one incarnation.
type node struct {
	run      *run
	name     string
	loop     *saga.Loop
	door     *door
	dead     bool
	paused   bool  // until another node has written what this one left
	leaving  bool  // it was asked to
	rejected bool  // the store refused a write because it is sealed
	knows    bool  // it was told so
	high     int64 // the newest position that it appended before it was sealed
}

// boot starts another node. Faults strike it once it has joined.
func (r *run) boot() *node {
	r.booted++
	n := &node{run: r, name: "n" + strconv.Itoa(r.booted)}
	n.door = newDoor(n, r.store)
	if err := r.store.Journal().Join(r.context(), n.name, 0); err != nil {
		r.violate(Explorable, "%s cannot join the store: %v", n.name, err)
		return n
	}
	loop, err := saga.NewLoop(n.name, r.at, r.config.Engine, r.of.definition)
	if err != nil {
		r.violate(Explorable, "the definition is refused: %v", err)
		return n
	}
	n.loop = loop
	r.nodes = append(r.nodes, n)
	r.note(n.name, "starts")
	return n
}

// newest is the node that was born last and serves, or nil.
func (r *run) newest() *node {
	for i := len(r.nodes) - 1; i >= 0; i-- {
		if n := r.nodes[i]; !n.paused && !n.leaving {
			return n
		}
	}
	return nil
}

// crash ends a node's process: it is not told of anything any more, and its clients know nothing.
func (r *run) crash(n *node) {
	r.note(n.name, "dies")
	n.dead = true
	r.nodes = slices.DeleteFunc(r.nodes, func(o *node) bool { return o == n })
	r.queue = slices.DeleteFunc(r.queue, func(j job) bool { return j.of == n })
	r.suspects[n.name] = true
	if r.newest() == nil {
		r.boot()
	}
	r.client.cutOff(n)
}

// suspend stops a node as if its process got no time, long enough for another to take it over. What
// it had under way goes on afterwards.
func (r *run) suspend(n *node) {
	r.note(n.name, "is paused, and another node thinks that it is gone")
	n.paused = true
	r.suspects[n.name] = true
	if r.newest() == nil {
		r.boot()
	}
}

// takenOver says that what a node left has been written: if it was only paused it goes on now,
// without knowing.
func (r *run) takenOver(name string) {
	r.drained[name] = true
	for _, n := range r.nodes {
		if n.name == name && n.paused {
			n.paused = false
			r.note(name, "goes on")
		}
	}
}

// leave asks a node to end in order, as a deployment does, with the next one already there.
func (r *run) leave(n *node) {
	if n.leaving {
		return
	}
	n.leaving = true
	r.note(n.name, "is asked to end")
	n.loop.Quit(r.at, r.at.Add(drainTime))
	if r.newest() == nil {
		r.boot()
	}
}

// drainTime is how long a node that ends waits for the calls that are under way.
const drainTime = 5 * time.Second
