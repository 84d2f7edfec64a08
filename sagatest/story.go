package sagatest

import "fmt"

// note adds a line to the story of a run that is being told: when, who, what. The story ends where a
// guarantee is broken.
func (r *run) note(who, format string, args ...any) {
	if !r.telling || r.broken != nil && who != "broken" {
		return
	}
	at := r.at.Sub(epoch()).Seconds()
	r.story = append(r.story, fmt.Sprintf("%9.3fs  %-8s  %s", at, who, fmt.Sprintf(format, args...)))
}

// A story keeps its beginning and its end.
const (
	storyHead = 100
	storyTail = 40
)

// abridged leaves out the middle of a story that is too long to be read.
func abridged(story []string) []string {
	left := len(story) - storyHead - storyTail
	if left <= 0 {
		return story
	}
	out := append([]string(nil), story[:storyHead]...)
	out = append(out, fmt.Sprintf("            ... %d lines ...", left))
	return append(out, story[len(story)-storyTail:]...)
}
