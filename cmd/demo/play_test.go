package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
	tickets "github.com/seosa-dev/saga/systems/ticketing/scenario"
)

// Every row of the order table ends as it says, through real HTTP and a real kill, and what is left
// behind satisfies the shop's invariants. The second time is on the data of the first.
func TestEveryRowEndsAsTheTableSays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a?b #c%41")
	for range 2 {
		out, err := play(t, "play", "-dir", dir, "B")
		if err != nil || !strings.HasSuffix(out, "18 passed, 0 failed\n") {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, row := range scenario.Rows() {
			line := fmt.Sprintf("passed  %-6s  %s  |  expected: %s  |  actual: %s\n", row.ID, row.English, row.Want, row.Want)
			if !strings.Contains(out, line) {
				t.Errorf("no line %q in\n%s", line, out)
			}
		}
		if !strings.Contains(out, "I-B1 to I-B7 hold") {
			t.Errorf("nothing is said about the invariants:\n%s", out)
		}
	}
}

func TestOneRowIsPlayedByItsName(t *testing.T) {
	for _, name := range []string{"B-S7c", "b-s7c", "S7c"} {
		out, err := play(t, "play", name)
		if err != nil || strings.Count(out, "expected:") != 1 || !strings.HasSuffix(out, "1 passed, 0 failed\n") {
			t.Errorf("play %s: %v\n%s", name, err, out)
		}
	}
}

// Rows of both systems are played together, and again on the data that they left behind.
func TestRowsOfBothSystemsTogether(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		out, err := play(t, "play", "-dir", dir, "a-48-refused", "B-S1", "A-52-undo")
		if err != nil || !strings.HasSuffix(out, "\n4 passed, 0 failed\n") {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, id := range []string{"A-48-refused", "A-52-undo-before", "A-52-undo-after"} {
			if !strings.Contains(out, "passed  "+id) {
				t.Errorf("%s was not played:\n%s", id, out)
			}
		}
	}
}

// A row of the ticketing system that does not end as it says is counted, and what differs is named.
func TestAFailedTicketRowIsCounted(t *testing.T) {
	rows, err := tickets.Find("A-46-two")
	if err != nil {
		t.Fatal(err)
	}
	rows[0].Want.Balance = 1
	var out strings.Builder
	p := player{dir: t.TempDir()}
	failed, err := p.playTickets(t.Context(), rows, &out)
	if err != nil || failed != 1 || !strings.Contains(out.String(), "\nFAILED  A-46-two ") ||
		!strings.Contains(out.String(), `balance is "-100000" and should be "1"`) {
		t.Errorf("%d failed, %v: %s", failed, err, out.String())
	}
}

func TestNamesChooseRows(t *testing.T) {
	all, whole := len(tickets.Rows()), len(scenario.Rows())
	for names, want := range map[string][2]int{
		"": {all, whole}, "A": {all, 0}, "b": {0, whole}, "A B": {all, whole}, "S1 A-46-two a-46-two": {1, 1},
	} {
		c, err := choose(strings.Fields(names))
		if got := [2]int{len(c.tickets), len(c.orders)}; err != nil || got != want {
			t.Errorf("%q chooses %d, want %d: %v", names, got, want, err)
		}
	}
	if _, err := choose([]string{"B-S1", "A-99"}); err == nil || !strings.Contains(err.Error(), "A-53-away") {
		t.Errorf("A-99: %v", err)
	}
	if _, err := choose([]string{"Z"}); err == nil || !strings.Contains(err.Error(), "A-53-away") || !strings.Contains(err.Error(), "B-S8") {
		t.Errorf("Z is of neither table, and the rows of both are to be named: %v", err)
	}
}

func TestAWrongNameListsTheRightOnes(t *testing.T) {
	out, err := play(t, "play", "B-S1", "B-S14")
	if err == nil || out != "" {
		t.Fatalf("it played: %v\n%s", err, out)
	}
	for _, row := range scenario.Rows() {
		if !strings.Contains(err.Error(), row.ID) {
			t.Errorf("%q is not named: %v", row.ID, err)
		}
	}
}

// A row that does not end as it says is counted, and the command fails.
func TestAFailedRowFailsTheCommand(t *testing.T) {
	p := player{dir: t.TempDir(), out: io.Discard}
	defer p.stop()
	if err := p.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := scenario.Find("B-S1")
	if err != nil {
		t.Fatal(err)
	}
	rows[0].Want.Rows = 2
	var out strings.Builder
	failed, err := p.playAll(t.Context(), rows, &out)
	if err != nil || failed != 1 || !strings.Contains(out.String(), "\nFAILED  B-S1 ") {
		t.Errorf("%d failed, %v: %s", failed, err, out.String())
	}
	if !errors.Is(verdict(1, failed, false, io.Discard), errFailed) || !errors.Is(verdict(1, 0, true, io.Discard), errBroken) {
		t.Error("the command would not fail")
	}
}

// In production there is no door to the faults: not on the page, not on the shop, and no address of
// their own.
func TestProductionHasNoFaults(t *testing.T) {
	dir := t.TempDir()
	leaveAFault(t, dir)
	p := player{dir: dir, out: io.Discard, production: true}
	defer p.stop()
	if err := p.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.at.control != "" {
		t.Errorf("faults have the address %s", p.at.control)
	}
	for _, base := range []string{p.page, "http://" + p.at.shop} {
		for _, path := range []string{"/faults", "/faults/release", "/rates", "/calls", "/scenarios", "/scenarios/B-S1", "/book"} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				request, err := http.NewRequestWithContext(t.Context(), method, base+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				response, err := httpClient().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed {
					t.Errorf("%s %s is answered %d", method, base+path, response.StatusCode)
				}
			}
		}
	}
	number, err := p.client.newNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a := p.client.place(t.Context(), number, 1); a.status != http.StatusCreated {
		t.Errorf("an order was answered %d: %s %v", a.status, a.says, a.err)
	}
}

// leaveAFault runs a demo on a folder that is killed while its database refuses orders.
func leaveAFault(t *testing.T, dir string) {
	t.Helper()
	p := player{dir: dir, out: io.Discard}
	defer p.stop()
	if err := p.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.shop.Arm(t.Context(), fault.Fault{At: scenario.Insert, Kind: fault.Reject, Times: -1}); err != nil {
		t.Fatal(err)
	}
	p.running().Kill()
}

// While a row or a story plays, nobody else plays, and nobody switches faults.
func TestOnePlaysAtATime(t *testing.T) {
	p := player{dir: t.TempDir(), out: io.Discard}
	defer p.stop()
	if err := p.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	off := fault.Fault{At: scenario.Compensation, Kind: fault.Off}
	for what, err := range map[string]error{
		"play": p.source.Play(t.Context(), "B-S1"), "switch": p.source.Switch(t.Context(), off, true), "clear": p.source.Clear(t.Context()),
	} {
		if !errors.Is(err, page.ErrBusy) {
			t.Errorf("%s during the stories: %v", what, err)
		}
	}
	p.source.free()
	for range 2 { // the second time changes nothing
		if err := p.source.Switch(t.Context(), off, true); err != nil {
			t.Fatal(err)
		}
	}
	if armed, err := p.source.Armed(t.Context()); err != nil || len(armed) != 1 {
		t.Errorf("armed are %v, %v", armed, err)
	}
	if err := p.source.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A page of another site cannot reach the demo under a name of its own.
func TestTheDemoAnswersToThisMachinesNamesOnly(t *testing.T) {
	p := player{dir: t.TempDir(), out: io.Discard}
	defer p.stop()
	if err := p.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"": 200, "localhost:1": 200, "evil.example:8080": 421, "evil.example": 421} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.page+"/catalog/items", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := httpClient().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("as %q it answers %d, want %d", host, response.StatusCode, want)
		}
	}
}
