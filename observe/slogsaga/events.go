package slogsaga

import (
	"log/slog"

	"github.com/seosa-dev/saga"
)

// Observe writes a transition; it is for [saga.Config.Observe].
func (l *Logger) Observe(e saga.Event) {
	news := l.waiting.note(e) // also of what is not written
	level, what := judge(e, news)
	if l.on(level) {
		l.write(level, what, describe(e))
	}
}

// judge says what matters most about a transition.
func judge(e saga.Event, n news) (slog.Level, string) {
	switch {
	case e.Kind == saga.EventOperated:
		return slog.LevelWarn, "a person intervened in a saga"
	case n == needed:
		return slog.LevelError, "a saga needs attention"
	case n == relieved && e.Status.Ended():
		return slog.LevelInfo, "a saga needs attention no more and has ended"
	case n == relieved:
		return slog.LevelInfo, "a saga needs attention no more and goes on"
	case e.Status == saga.NeedsAttention: // it was told of
	case e.Kind == saga.EventTurned:
		return slog.LevelInfo, "a saga turns back at its deadline"
	case e.Kind == saga.EventAnswered && e.Outcome == saga.Unknown:
		return slog.LevelWarn, "the outcome of a call is unknown"
	case e.Kind == saga.EventExpired:
		return slog.LevelWarn, "no reply came in time"
	case turnedBack(e):
		return slog.LevelInfo, "refused, and the saga goes back"
	}
	return slog.LevelDebug, "saga " + string(e.Kind)
}

// turnedBack reports a refusal from which the way back leads, or at which it ended at once. A fence
// is called on the way back only, so its refusal turns nothing.
func turnedBack(e saga.Event) bool {
	back := e.Status == saga.Compensating || e.Status == saga.Compensated || e.Status == saga.Failed
	return e.Kind == saga.EventAnswered && e.Outcome == saga.Refused && back &&
		(e.Call == saga.CallAction || e.Call == saga.CallProbe)
}

// describe leaves out what is not set, and the patch always.
func describe(e saga.Event) []slog.Attr {
	attrs := make([]slog.Attr, 0, 16)
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	text("instance", e.Instance)
	text("definition", e.Definition)
	attrs = append(attrs, slog.Int("version", e.Version), slog.Int("seq", e.Seq))
	text("status", string(e.Status))
	text("reason", string(e.Reason))
	text("step", e.Step)
	if e.Kind == saga.EventAnswered {
		text("call", string(e.Call))
		attrs = append(attrs, slog.Int("number", e.Number))
		text("outcome", string(e.Outcome))
		attrs = append(attrs, slog.Duration("took", e.Took))
		text("error", said(e.Error))
	}
	if h := e.Hand; h != nil {
		text("verb", string(h.Verb))
		text("resolved", string(h.Outcome))
		text("by", said(h.By))
		text("why", said(h.Reason))
	}
	if e.Open != e.Step {
		text("open", e.Open)
	}
	if !e.Due.IsZero() {
		attrs = append(attrs, slog.Time("due", e.Due))
	}
	return attrs
}
