package main

import (
	"context"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// The walk-through of docs/operating.md: an order that the demo makes unknown is found, explained,
// previewed and settled from outside, while services and engine run.
func TestTheWalkThroughOfOperating(t *testing.T) {
	p := player{dir: t.TempDir(), out: io.Discard}
	defer p.stop()
	if err := p.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := scenario.Find("B-S6")
	if err != nil {
		t.Fatal(err)
	}
	if failed, err := p.playAll(t.Context(), rows, io.Discard); err != nil || failed != 0 {
		t.Fatalf("%d failed, %v", failed, err)
	}
	seosa := func(args ...string) string { return commandLine(t, filepath.Join(p.dir, "order.db"), args) }

	var list, id string
	for deadline := time.Now().Add(30 * time.Second); id == "" && time.Now().Before(deadline); {
		list = seosa("list") // rows follow by a moment, and may show it still running
		if strings.Contains(list, "attention") {
			id = regexp.MustCompile(`\d+/1`).FindString(list)
		}
	}
	says(t, list, "attention: in doubt", "Nobody knows whether stock took effect")
	says(t, seosa("show", id), "◇ stock   maybe done   open: probe, 2 calls so far", id+"/stock", "may be   retried, compensated")
	says(t, seosa("retry", id, "-reason", "the catalog answers again", "-dry-run"),
		"attention: in doubt → running", "probe         stock   "+id+"/stock", "if it never will:", "Nothing was done.")
	says(t, seosa("retry", id, "-reason", "the catalog answers again"), id+"  → running", "1 made.")

	number, _, _ := strings.Cut(id, "/")
	order, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		truth, err := p.books.Order(t.Context(), order, "EST-1")
		if err == nil && truth.Status == "Success" {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("order %d is %s (%v), want Success", order, truth.Status, err)
		}
	}
	says(t, seosa("show", id), "completed since", "kim retried stock", "because: the catalog answers again")
}

// commandLine runs seosa as kim and returns what it prints.
func commandLine(t *testing.T, file string, args []string) string {
	t.Helper()
	var out, err strings.Builder
	c := cli.Command{
		Open:  func(ctx context.Context, name string) (cli.Store, error) { return sqlite.Visit(ctx, name) },
		Out:   layout.Screen{Writer: &out},
		Err:   layout.Screen{Writer: &err},
		Store: file, User: "kim",
	}
	if code := c.Run(t.Context(), args); code != 0 {
		t.Errorf("seosa %v ends with %d: %s%s", args, code, out.String(), err.String())
	}
	return out.String()
}

func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
}
