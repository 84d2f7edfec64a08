package saga

import (
	"encoding/json"
	"time"
)

// EventKind is what kind of transition an [Event] records.
type EventKind string

const (
	EventStarted   EventKind = "started"   // the instance became durable
	EventAnswered  EventKind = "answered"  // a call ended; Outcome says how
	EventTurned    EventKind = "turned"    // the deadline passed: it turns back
	EventRecovered EventKind = "recovered" // its node was taken over; the open step may have been called
	EventResumed   EventKind = "resumed"   // a repeated start gave it a new budget
	EventReleased  EventKind = "released"  // it waits without a node
	EventParked    EventKind = "parked"    // it cannot go on here; Reason says why
	EventOperated  EventKind = "operated"  // a person intervened; Hand says who, how and why
	EventReplied   EventKind = "replied"   // a reply settled the open call; Outcome says how, By who
	EventKept      EventKind = "kept"      // a reply came before its step did and is kept for it
	EventExpired   EventKind = "expired"   // no reply came in time, so the outcome is unknown; or a timer's time came: Succeeded
)

// Event is one transition of one instance: an entry of its history, and what [Config.Observe]
// receives once the transition is durable.
type Event struct {
	Instance   string
	Definition string
	Version    int
	Seq        int // 1 for the start, then without gaps
	At         time.Time
	Kind       EventKind

	// Of an answered call and of a reply; zero otherwise.
	Step    string
	Call    CallKind // "" of a timer
	Round   int
	Number  int // attempts of this step in this direction so far
	Outcome Outcome
	Error   string        // what the function's error said, at most 500 bytes
	Took    time.Duration // how long the call took
	By      string        // who replied
	Sleep   time.Duration // how long a timer was set for; a deadline may end it before

	Hand *Hand // of an intervention; nil otherwise

	// Where the instance stands after it.
	Status Status
	Reason Reason
	Open   string          // the step that is open now; "" once ended
	Due    time.Time       // when it moves next; zero if at once or never
	Patch  json.RawMessage // the state's changed top-level fields; nil if none
}
