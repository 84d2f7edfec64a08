package console

import (
	"fmt"
	"strings"
	"time"
)

// Duration writes a length of time in at most two units, cut off rather than rounded, so that
// nothing is ever said to be longer than it was.
func (s speaker) Duration(d time.Duration) string {
	d = max(d, 0)
	ms := d.Milliseconds()
	switch {
	case d < time.Millisecond && d > 0:
		return s.unit("duration.ms", fmt.Sprintf("%.1f", float64(d.Microseconds()/100)/10), "")
	case d < time.Second:
		return s.unit("duration.ms", fmt.Sprint(ms), "")
	case d < 10*time.Second:
		return s.unit("duration.s", fmt.Sprintf("%d.%02d", ms/1000, ms%1000/10), "")
	case d < time.Minute:
		return s.unit("duration.s", fmt.Sprintf("%d.%d", ms/1000, ms%1000/100), "")
	case d < time.Hour:
		return s.unit("duration.min", fmt.Sprint(ms/60_000), fmt.Sprintf("%02d", ms/1000%60))
	case d < 24*time.Hour:
		return s.unit("duration.h", fmt.Sprint(ms/3_600_000), fmt.Sprintf("%02d", ms/60_000%60))
	}
	hours := ms / 3_600_000
	return s.unit("duration.d", fmt.Sprint(hours/24), fmt.Sprint(hours%24))
}

func (s speaker) unit(key, a, b string) string {
	return strings.NewReplacer("{a}", a, "{b}", b).Replace(s.table.in(s.Lang, key))
}

// Offset writes how far into a run a moment lies, with hundredths of seconds throughout the
// first minute.
func (s speaker) Offset(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "0"
	case d >= 10*time.Second && d < time.Minute:
		ms := d.Milliseconds()
		return s.unit("duration.s", fmt.Sprintf("%d.%02d", ms/1000, ms%1000/10), "")
	}
	return s.Duration(d)
}

// Clock writes the time of day to the second.
func (s speaker) Clock(t time.Time) string { return t.In(s.zone).Format("15:04:05") }

// Millis is the part of the time of day after Clock.
func (s speaker) Millis(t time.Time) string { return t.In(s.zone).Format(".000") }

// Machine writes a time for the datetime attribute.
func (s speaker) Machine(t time.Time) string {
	return t.In(s.zone).Format("2006-01-02T15:04:05.000Z07:00")
}

// Day writes the date of t, or nothing if now is on the same day.
func (s speaker) Day(t, now time.Time) string {
	day := t.In(s.zone).Format(time.DateOnly)
	if day == now.In(s.zone).Format(time.DateOnly) {
		return ""
	}
	return day
}

// Zone names the time zone of the page at a time, such as "KST (UTC+9)".
func (s speaker) Zone(t time.Time) string {
	name, offset := t.In(s.zone).Zone()
	if offset == 0 {
		return "UTC"
	}
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	utc := fmt.Sprintf("UTC%c%d", sign, offset/3600)
	if rest := offset % 3600 / 60; rest > 0 {
		utc += fmt.Sprintf(":%02d", rest)
	}
	if strings.ContainsAny(name, "+-") {
		return utc // the zone has no letters of its own
	}
	return fmt.Sprintf("%s (%s)", name, utc)
}
