package scenario

import (
	"fmt"
	"strings"
)

// End is how a row must end, or did. Two ends are compared member by member.
type End struct {
	Saga      string   // as GET /sagas/{id} says
	Payment   string   // its status; "none" if there is none, with ", refunded" if refundedAt is set
	Reserved  []string // the statuses of the reservations
	Seats     []string // theirs, as the concert service shows them
	Token     string   // its status
	Concert   string   // its status
	Balance   int64    // what the payment changed, in won
	Undone    []string // the steps that were undone, in order
	Answers   []int    // HTTP; 0 is a connection that broke
	Told      string   // the kind of the notification
	Attention string   // why it needed a person meanwhile, and where; empty: it did not
	Restored  int64    // tokens that are counted apart, because they are active again
}

// member is a member of an end in words.
type member struct{ name, value string }

func (e End) members() []member {
	answers := make([]string, len(e.Answers))
	for i, a := range e.Answers {
		answers[i] = fmt.Sprint(a)
		if a == 0 {
			answers[i] = "cut-off"
		}
	}
	undone := strings.Join(e.Undone, " ")
	if undone == "" {
		undone = "nothing"
	}
	restored := ""
	if e.Restored != 0 {
		restored = fmt.Sprint(e.Restored)
	}
	return []member{
		{"saga", e.Saga}, {"payment", e.Payment}, {"reservation", strings.Join(e.Reserved, " ")}, {"seat", strings.Join(e.Seats, " ")},
		{"token", e.Token}, {"concert", e.Concert}, {"balance", fmt.Sprint(e.Balance)}, {"undone", undone},
		{"answers", strings.Join(answers, " ")}, {"told", e.Told}, {"attention", e.Attention}, {"restored", restored},
	}
}

// String puts an end into one line.
func (e End) String() string {
	var parts []string
	for _, m := range e.members() {
		if m.value != "" {
			parts = append(parts, m.name+" "+m.value)
		}
	}
	return strings.Join(parts, " · ")
}

// Differences names each member in which this end is not as it should be, with both values.
func (e End) Differences(want End) []string {
	var all []string
	wanted := want.members()
	for i, m := range e.members() {
		if m.value != wanted[i].value {
			all = append(all, fmt.Sprintf("%s is %q and should be %q", m.name, m.value, wanted[i].value))
		}
	}
	return all
}
