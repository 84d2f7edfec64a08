package saga

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// What is stored most often is written by hand: entries and rows are most of what an engine's
// processor time goes into. The result is byte for byte what encoding/json makes of the same
// values, and encoding/json reads it; their struct tags are the format.

func (e *entry) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"i":`...), e.ID)
	b = strconv.AppendInt(append(b, `,"q":`...), int64(e.Seq), 10)
	b = appendTime(append(b, `,"t":`...), e.At)
	b = appendText(append(b, `,"k":`...), string(e.Kind))
	b = appendInt(b, `,"p":`, e.Step)
	b = appendName(b, `,"c":`, string(e.Call))
	b = appendInt(b, `,"r":`, e.Round)
	b = appendInt(b, `,"a":`, e.Number)
	b = appendName(b, `,"o":`, string(e.Outcome))
	b = appendName(b, `,"x":`, e.Said)
	b = appendInt(b, `,"d":`, int(e.TookUS))
	b = appendInt(b, `,"z":`, int(e.SleepUS))
	if len(e.Patch) > 0 {
		b = e.Patch.appendJSON(append(b, `,"v":`...))
	}
	b = appendName(b, `,"m":`, e.Command)
	b = appendName(b, `,"y":`, e.By)
	if e.Begin != nil {
		b = e.Begin.appendJSON(append(b, `,"b":`...))
	}
	b = append(b, `,"g":{`...)
	return append(e.Progress.appendMembers(b), '}', '}')
}

func (g *begin) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"f":`...), g.Definition)
	b = strconv.AppendInt(append(b, `,"w":`...), int64(g.Version), 10)
	if !g.Deadline.IsZero() {
		b = appendTime(append(b, `,"e":`...), g.Deadline)
	}
	return append(appendBytes(append(b, `,"h":`...), g.Hash), '}')
}

// appendRow writes rowData.
func (in *instance) appendRow(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"format":`...), format, 10)
	b = appendText(append(b, `,"i":`...), in.ID)
	b = appendText(append(b, `,"f":`...), in.Definition)
	b = strconv.AppendInt(append(b, `,"w":`...), int64(in.Version), 10)
	b = appendTime(append(b, `,"t":`...), in.Started)
	b = appendTime(append(b, `,"u":`...), in.Updated)
	if !in.Deadline.IsZero() {
		b = appendTime(append(b, `,"e":`...), in.Deadline)
	}
	b = appendBytes(append(b, `,"h":`...), in.Hash)
	b = strconv.AppendInt(append(b, `,"q":`...), int64(in.Seq), 10)
	b = append(in.State.appendJSON(append(b, `,"v":`...)), ',')
	return append(in.appendMembers(b), '}')
}

func (p *progress) appendMembers(b []byte) []byte {
	b = appendText(append(b, `"s":`...), string(p.Status))
	b = appendTime(append(b, `,"n":`...), p.Since)
	b = appendInt(b, `,"p":`, p.Step)
	b = appendName(b, `,"c":`, string(p.Call))
	b = appendInt(b, `,"a":`, p.Calls)
	if !p.Due.IsZero() {
		b = appendTime(append(b, `,"d":`...), p.Due)
	}
	b = appendTrue(b, `,"z":true`, p.Still)
	b = appendTrue(b, `,"g":true`, p.Waits)
	b = appendName(b, `,"r":`, string(p.Reason))
	b = appendName(b, `,"x":`, p.Detail)
	b = appendTrue(b, `,"b":true`, p.Back)
	b = appendText(append(b, `,"m":`...), p.Marks)
	b = appendInts(b, `,"o":`, p.Rounds)
	b = appendInts(b, `,"k":`, p.Skips)
	if p.Hand != nil {
		b = appendAny(append(b, `,"y":`...), p.Hand)
	}
	if len(p.Early) > 0 {
		b = appendAny(append(b, `,"j":`...), p.Early)
	}
	if len(p.Others) > 0 {
		b = appendAny(append(b, `,"th":`...), p.Others)
	}
	b = appendTrue(b, `,"tu":true`, p.Turns)
	if len(p.Wrote) > 0 {
		b = appendAny(append(b, `,"wr":`...), p.Wrote)
	}
	return appendTrue(b, `,"l":true`, p.Released)
}

// appendText leaves to encoding/json what has something to escape.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return appendAny(b, text)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// appendAny is for values whose encoding cannot fail.
func appendAny(b []byte, v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return append(b, `null`...)
	}
	return append(b, raw...)
}

// appendTime writes the usual times, UTC and not finer than microseconds, by hand.
func appendTime(b []byte, t time.Time) []byte {
	year, month, day := t.Date()
	ns := t.Nanosecond()
	if t.Location() != time.UTC || year < 1000 || year > 9999 || ns%1000 != 0 {
		return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
	}
	hour, minute, second := t.Clock()
	b = append(b, '"')
	b = append2(append2(b, year/100), year%100)
	b = append2(append(b, '-'), int(month))
	b = append2(append(b, '-'), day)
	b = append2(append(b, 'T'), hour)
	b = append2(append(b, ':'), minute)
	b = append2(append(b, ':'), second)
	if us := ns / 1000; us > 0 {
		b = append2(append2(append2(append(b, '.'), us/10_000), us/100%100), us%100)
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return append(b, 'Z', '"')
}

// append2 writes two digits.
func append2(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

func appendBytes(b, bytes []byte) []byte {
	if bytes == nil {
		return append(b, `null`...)
	}
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), bytes), '"')
}

// appendName, appendInt, appendTrue and appendInts leave zero values out.

func appendName(b []byte, member, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, member...), text)
}

func appendInt(b []byte, member string, n int) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(append(b, member...), int64(n), 10)
}

func appendTrue(b []byte, member string, is bool) []byte {
	if !is {
		return b
	}
	return append(b, member...)
}

func appendInts(b []byte, member string, list []int) []byte {
	if len(list) == 0 {
		return b
	}
	return appendAny(append(b, member...), list)
}
