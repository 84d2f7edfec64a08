package event_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// page is the list of messages on paper.
const page = "../../../docs/tutorial/messages.md"

// Every step's messages are in the catalogue, with the sender and the receivers that the steps say.
func TestStepsAndCatalogueAgree(t *testing.T) {
	t.Parallel()
	all := map[string]event.Message{}
	for _, m := range event.Catalogue() {
		if _, twice := all[m.Type]; twice {
			t.Errorf("%s is listed twice", m.Type)
		}
		all[m.Type] = m
	}
	for _, s := range event.Steps() {
		for _, typ := range []string{s.Done, s.Failed, s.NotDone, s.Undone} {
			if m := all[typ]; !slices.Equal(m.From, []string{s.Service}) || !slices.Contains(m.To, "orchestrator") {
				t.Errorf("%s goes from %v to %v", typ, m.From, m.To)
			}
		}
		for _, typ := range append([]string{s.Undo, s.Ask, s.Fence}, s.Triggers...) {
			if m := all[typ]; !slices.Contains(m.To, s.Service) {
				t.Errorf("%s does not go to %s but to %v", typ, s.Service, m.To)
			}
		}
		if m := all[s.Done]; m.UndoneBy != s.Undo || !m.Within {
			t.Errorf("%s is undone by %q and expected: %v", s.Done, m.UndoneBy, m.Within)
		}
	}
}

// A fact, a command and a reply can be told apart by their names alone.
func TestFactsCommandsAndRepliesAreDifferentMessages(t *testing.T) {
	t.Parallel()
	for _, m := range event.Catalogue() {
		first := strings.HasPrefix(m.Type, "Undo") || strings.HasPrefix(m.Type, "Ask") || strings.HasPrefix(m.Type, "Fence") ||
			m.Type == "ClaimReservations" || m.Type == "DebitBalance"
		if first != (m.Kind == event.Command) {
			t.Errorf("%s is a %s", m.Type, m.Kind)
		}
		if m.Kind != event.Fact && len(m.To) != 1 {
			t.Errorf("%s is a %s to %v", m.Type, m.Kind, m.To)
		}
	}
}

func fields(data any) string {
	var names []string
	for f := range reflect.TypeOf(data).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// table is the catalogue as the page has it.
func table() string {
	var b strings.Builder
	fmt.Fprintln(&b, "| Message | Kind | From | To | Data | Undone by | Expected | Meaning |\n|---|---|---|---|---|---|---|---|")
	for _, m := range event.Catalogue() {
		expected := ""
		if m.Within {
			expected = "yes"
		}
		undo := ""
		if m.UndoneBy != "" {
			undo = "`" + m.UndoneBy + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", m.Type, m.Kind, strings.Join(m.From, ", "), strings.Join(m.To, ", "),
			fields(m.Data), undo, expected, m.Meaning)
	}
	return b.String()
}

// The page has exactly what the code has. SAGA_WRITE=1 writes it.
func TestThePageOfMessagesIsTheCatalogue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- messages -->\n", "<!-- end -->\n"
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the table, between %q and %q", page, begin, end)
	}
	want := before + begin + table() + end + after
	if want == string(text) {
		return
	}
	if os.Getenv("SAGA_WRITE") == "" {
		t.Fatalf("%s is not the catalogue; run SAGA_WRITE=1 go test ./systems/ticketing/event", page)
	}
	if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
}
