package slogsaga

import (
	"log/slog"

	"github.com/seosa-dev/saga"
)

// Measure writes a piece of work on the store; it is for [saga.Config.Measure].
func (l *Logger) Measure(m saga.Measure) {
	level, what := weigh(m)
	if l.on(level) {
		l.write(level, what, size(m))
	}
}

// weigh says what matters most about a piece of work.
func weigh(m saga.Measure) (slog.Level, string) {
	switch {
	case m.Rejected:
		return slog.LevelWarn, "the store refused a write: another node has taken this one over"
	case m.Failed && m.Kind == saga.MeasuredTakeover:
		return slog.LevelWarn, "nobody knows whether a node was taken over; it is tried again"
	case m.Kind == saga.MeasuredTakeover:
		return slog.LevelWarn, "took over another node's sagas"
	case m.Kind == saga.MeasuredAppend && m.Tries > 1:
		return slog.LevelWarn, "the store's answer to an append was lost, and it was repeated"
	case m.Kind == saga.MeasuredAppend && m.Took > Slow:
		return slog.LevelWarn, "an append to the store was slow"
	}
	return slog.LevelDebug, "saga store " + string(m.Kind)
}

func size(m saga.Measure) []slog.Attr {
	attrs := []slog.Attr{slog.String("kind", string(m.Kind)), slog.String("node", m.Node), slog.Duration("took", m.Took), slog.Int("count", m.Count)}
	if m.Bytes > 0 {
		attrs = append(attrs, slog.Int("bytes", m.Bytes))
	}
	if m.Tries > 1 {
		attrs = append(attrs, slog.Int("tries", m.Tries))
	}
	if m.Failed {
		attrs = append(attrs, slog.Bool("failed", true))
	}
	return append(attrs, slog.Int("residents", m.Residents), slog.Int("batch", m.Batch),
		slog.Int("behind", m.Behind), slog.Duration("lag", m.Lag))
}
