package slogsaga

import (
	"context"
	"log/slog"
	"time"
)

// Slow is how long an append may take before it is told of: everybody who starts something waits for
// one.
const Slow = 250 * time.Millisecond

// Logger writes transitions and measures to a log. Get it from [New]: the zero value is of no use.
// It is safe for concurrent use.
type Logger struct {
	log     *slog.Logger
	waiting waiting
}

// New makes a Logger; nil stands for slog.Default().
func New(logger *slog.Logger) *Logger {
	if logger == nil {
		logger = slog.Default()
	}
	return &Logger{log: logger, waiting: waiting{seen: map[string]seen{}}}
}

func (l *Logger) write(level slog.Level, what string, attrs []slog.Attr) {
	l.log.LogAttrs(context.Background(), level, what, attrs...)
}

func (l *Logger) on(level slog.Level) bool { return l.log.Enabled(context.Background(), level) }
