package saga

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Explanation is the sentence of [Instance.Explain] before it is put together, so that it can be
// said in another language: look each phrase up, fill its places, join. The zero value says nothing.
type Explanation struct {
	// Facts are phrases on what is not known or what stands still, since when, and what was tried.
	// All phrases are English; a place is written {name}.
	Facts []string
	// Next is what the engine does by itself; "" if that cannot be told.
	Next string
	// Person is what a person can do.
	Person string
	// Places holds what fills the places, by name. Times are UTC.
	Places map[string]string
}

// Explain says in one English sentence how an instance stands that has not ended: what is not known
// or stands still, since when, what was tried, what the engine does next by itself, and what a
// person can do. It is "" once ended. It needs no clock, so it is the same wherever it is read;
// times are absolute and UTC. Whatever people or participants said is shortened and free of control
// characters.
func (in Instance) Explain() string {
	x := in.Explanation()
	if len(x.Facts) == 0 {
		return ""
	}
	phrases := slices.DeleteFunc(append(slices.Clone(x.Facts), x.Next, x.Person), func(p string) bool { return p == "" })
	first, size := utf8.DecodeRuneInString(phrases[0])
	phrases[0] = string(unicode.ToUpper(first)) + phrases[0][size:]
	return x.fill(strings.Join(phrases, "; ")) + "."
}

func (x *Explanation) fill(phrase string) string {
	var pairs []string
	for name, value := range x.Places {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(phrase)
}

// Explanation returns what Explain says, in parts. It is the zero value once ended.
func (in Instance) Explanation() Explanation {
	if in.Status.Ended() {
		return Explanation{}
	}
	x := explaining{Instance: in}
	x.doubt, x.more = in.doubted()
	return Explanation{Facts: x.facts(), Next: x.next(), Person: x.person(), Places: x.places()}
}

// doubted names a step of which nobody knows whether it took effect, the open one if it is among
// them, and says how many more there are.
func (in *Instance) doubted() (step string, more int) {
	var names []string
	for _, st := range in.Steps {
		if st.Mark == MaybeDone && st.Kind != ReadOnly { // which changes nothing
			names = append(names, st.Name)
		}
	}
	switch {
	case slices.Contains(names, in.Step):
		return in.Step, len(names) - 1
	case len(names) > 0:
		return names[0], len(names) - 1
	case in.step().Kind != ReadOnly && (in.Reason == InDoubt || in.Reason == CannotFence): // its steps cannot be read here
		return in.openStep(), 0
	}
	return "", 0
}

// step is the open step; the zero value if it cannot be read.
func (in *Instance) step() StepStatus {
	for _, st := range in.Steps {
		if st.Name == in.Step {
			return st
		}
	}
	return StepStatus{}
}

func (in *Instance) openStep() string {
	if in.Step == "" {
		return "its open step"
	}
	return in.Step
}

func (x *explaining) places() map[string]string {
	p := map[string]string{
		"step": quotable(x.openStep(), maxIDBytes), "doubt": quotable(x.doubt, maxIDBytes), "more": strconv.Itoa(x.more), "calls": strconv.Itoa(x.Calls),
		"definition": quotable(x.Definition, maxIDBytes), "version": strconv.Itoa(x.Version), "reason": quotable(string(x.Reason), 40),
		"others": strconv.Itoa(x.others()), "done": strconv.Itoa(x.count(InEffect)), "steps": strconv.Itoa(len(x.Steps)),
		"said": quotable(x.Detail, 100), "since": utc(x.Since, time.Time{}), "due": utc(x.Due, x.Since),
		"within": x.step().ReplyTimeout.String(),
	}
	if h := x.stop(); h != nil {
		p["by"], p["why"], p["stopped"] = quotable(h.By, 40), quotable(h.Reason, 100), utc(h.At, time.Time{})
	}
	return p
}

func (x *explaining) count(m Mark) int {
	n := 0
	for _, st := range x.Steps {
		if st.Mark == m {
			n++
		}
	}
	return n
}

// utc writes a time, without its date if that of an earlier one was just said.
func utc(t, said time.Time) string {
	if t = t.UTC(); t.Format(time.DateOnly) == said.UTC().Format(time.DateOnly) {
		return t.Format("15:04:05 UTC")
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

// quotable is what others wrote, on one line of at most so many characters: it may come from
// anywhere, and may end up on a terminal. What is too long loses its middle, because a chain of
// errors says at its start who speaks and at its end why.
func quotable(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return '·'
		}
		return r
	}, strings.ToValidUTF8(s, "·"))
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	half := (limit - 3) / 2
	head, tail := string(runes[:half]), string(runes[len(runes)-half:])
	if i := strings.LastIndexByte(head, ' '); i > len(head)/2 { // whole words, where there are any
		head = head[:i]
	}
	if i := strings.IndexByte(tail, ' '); i >= 0 && i < len(tail)-1 {
		tail = tail[i+1:]
	}
	return head + " … " + tail
}
