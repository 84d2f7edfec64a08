package message_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
)

const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func valid() message.Message {
	return message.Message{
		ID: "1", Source: "/shop/order", Type: "OrderFailed", Key: "order-1",
		Time: time.Date(2026, 1, 2, 3, 4, 5, 678_000, time.UTC), Data: json.RawMessage(`{"lines":[1,2]}`),
		Correlation: "saga-1", Causation: "0", Trace: trace,
	}
}

func TestNewNamesAndDates(t *testing.T) {
	t.Parallel()
	before := time.Now().Truncate(time.Microsecond)
	a, err := message.New("/shop/order", "OrderFailed", "order-1", map[string]int{"lines": 2})
	if err != nil {
		t.Fatal(err)
	}
	b, err := message.New("/shop/order", "OrderFailed", "order-1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.ID == b.ID || len(a.ID) < 20 {
		t.Errorf("ids %q and %q", a.ID, b.ID)
	}
	if a.Source != "/shop/order" || a.Type != "OrderFailed" || a.Key != "order-1" || string(a.Data) != `{"lines":2}` {
		t.Errorf("got %+v", a)
	}
	if a.Time.Before(before) || time.Since(a.Time) > time.Minute || a.Time.Location() != time.UTC ||
		!a.Time.Equal(a.Time.Truncate(time.Microsecond)) {
		t.Errorf("the time is %v", a.Time)
	}
	if len(b.Data) != 0 {
		t.Errorf("nil became %s", b.Data)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func() (message.Message, error){
		"no key":  func() (message.Message, error) { return message.New("/a", "B", "", nil) },
		"no JSON": func() (message.Message, error) { return message.New("/a", "B", "c", make(chan int)) },
	} {
		if m, err := create(); !errors.Is(err, message.ErrInvalid) || m.ID != "" {
			t.Errorf("%s: got %+v, error %v", name, m, err)
		}
	}
}

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*message.Message){
		"all fields":     func(*message.Message) {},
		"the least":      func(m *message.Message) { *m = message.Message{ID: "1", Source: "a", Type: "B", Key: "c"} },
		"a full URI":     func(m *message.Message) { m.Source = "https://shop.example/order?x=%20#1" },
		"longest key":    func(m *message.Message) { m.Key = strings.Repeat("k", message.MaxAttribute) },
		"Korean":         func(m *message.Message) { m.Key = "주문 1" },
		"JSON null":      func(m *message.Message) { m.Data = json.RawMessage("null") },
		"largest data":   func(m *message.Message) { m.Data = quoted(strings.Repeat("x", message.MaxData-2)) },
		"a later trace":  func(m *message.Message) { m.Trace = "cc" + trace[2:] + "-more" },
		"the year 9999":  func(m *message.Message) { m.Time = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) },
		"the first year": func(m *message.Message) { m.Time = time.Time{}.Add(time.Second) },
	} {
		m := valid()
		change(&m)
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckRefusesAndNamesTheField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field  string
		change func(*message.Message)
	}{
		"no id":                {"ID", func(m *message.Message) { m.ID = "" }},
		"no source":            {"Source", func(m *message.Message) { m.Source = "" }},
		"no type":              {"Type", func(m *message.Message) { m.Type = "" }},
		"no key":               {"Key", func(m *message.Message) { m.Key = "" }},
		"a long id":            {"ID", func(m *message.Message) { m.ID = strings.Repeat("i", message.MaxAttribute+1) }},
		"a long correlation":   {"Correlation", func(m *message.Message) { m.Correlation = strings.Repeat("c", 257) }},
		"a line break":         {"Type", func(m *message.Message) { m.Type = "A\nB" }},
		"C1 control":           {"Key", func(m *message.Message) { m.Key = "a\u0085" }},
		"a noncharacter":       {"Key", func(m *message.Message) { m.Key = "a\uffff" }},
		"not UTF-8":            {"Causation", func(m *message.Message) { m.Causation = "a\xff" }},
		"spaces in the source": {"Source", func(m *message.Message) { m.Source = "the shop" }},
		"a bad escape":         {"Source", func(m *message.Message) { m.Source = "/%zz" }},
		"the year 10000":       {"Time", func(m *message.Message) { m.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		"the year 0":           {"Time", func(m *message.Message) { m.Time = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }},
		"data that ends early": {"Data", func(m *message.Message) { m.Data = json.RawMessage(`{"a":`) }},
		"two values":           {"Data", func(m *message.Message) { m.Data = json.RawMessage(`1 2`) }},
		"data not in UTF-8":    {"Data", func(m *message.Message) { m.Data = json.RawMessage("\"\xff\"") }},
		"large data":           {"Data", func(m *message.Message) { m.Data = quoted(strings.Repeat("x", message.MaxData-1)) }},
		"data that grows":      {"Data", func(m *message.Message) { m.Data = quoted(strings.Repeat("<", message.MaxData/5)) }},
		"no trace":             {"Trace", func(m *message.Message) { m.Trace = "trace" }},
		"upper case":           {"Trace", func(m *message.Message) { m.Trace = strings.ToUpper(trace) }},
		"version ff":           {"Trace", func(m *message.Message) { m.Trace = "ff" + trace[2:] }},
		"more in version 00":   {"Trace", func(m *message.Message) { m.Trace = trace + "-more" }},
		"a trace id of zeros":  {"Trace", func(m *message.Message) { m.Trace = "00-" + strings.Repeat("0", 32) + trace[35:] }},
		"a parent of zeros":    {"Trace", func(m *message.Message) { m.Trace = trace[:36] + strings.Repeat("0", 16) + "-01" }},
	} {
		m := valid()
		c.change(&m)
		err := m.Check()
		if !errors.Is(err, message.ErrInvalid) || !strings.Contains(err.Error(), ": "+c.field+" ") {
			t.Errorf("%s: the error is %v, want one about %s", name, err, c.field)
		}
		if _, err := json.Marshal(m); !errors.Is(err, message.ErrInvalid) {
			t.Errorf("%s: written all the same, error %v", name, err)
		}
	}
}

func quoted(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }
