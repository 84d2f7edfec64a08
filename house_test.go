package saga_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/seosa-dev/saga"

// mayImport is the architecture: which rooms a room may enter, and which libraries it may bring
// along. A room that is not listed may not exist. Longer prefixes win.
var mayImport = map[string][]string{
	"":                             {},
	"message":                      {},
	"participant":                  {"", "message"},
	"participant/killtest":         {},
	"sqlite":                       {"", "message", "participant", "modernc.org/sqlite", "github.com/pressly/goose/v3"},
	"postgres":                     {"", "message", "participant", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"},
	"postgres/nodetest":            {""},
	"internal/pgtest":              {"github.com/jackc/pgx/v5"},
	"internal/redistest":           {"github.com/redis/rueidis"},
	"observe/internal/standing":    {""},
	"observe/otelsaga":             {"", "observe/internal/standing", "go.opentelemetry.io/otel"},
	"observe/promsaga":             {"", "observe/internal/standing", "github.com/prometheus/client_golang"},
	"observe/slogsaga":             {""},
	"console":                      {""},
	"conformance":                  {"", "message", "participant"},
	"conformance/memory":           {""},
	"conformance/internal/drivers": {"internal/overlay"},
	"internal/overlay":             {},
	"sagatest":                     {"", "conformance/memory"},
	"sagatest/internal/reference":  {"", "sagatest"},
	"sagatest/internal/planted":    {"internal/overlay"},
	"sagatest/internal/hunt":       {"sagatest", "sagatest/internal/planted", "sagatest/internal/reference"},
	"sagatest/internal/explore": {
		"sagatest", "sagatest/internal/planted", "sagatest/internal/reference", "systems/shop/order",
	},
	"cmd/seosa":                {"postgres", "sqlite", "cmd/seosa/cli", "cmd/seosa/layout"},
	"cmd/seosa/cli":            {"", "cmd/seosa/layout", "cmd/seosa/query"},
	"cmd/seosa/layout":         {},
	"cmd/seosa/query":          {""},
	"systems/internal/web":     {},
	"systems/internal/openapi": {"github.com/getkin/kin-openapi"},
	"systems/fault":            {"message", "systems/internal/web", "modernc.org/sqlite"},
	"systems/fault/child":      {},
	"systems/session":          {"systems/internal/web"},
	"systems/shop/catalog":     {"message", "participant", "sqlite", "systems/internal/web"},
	"systems/shop/order": {
		"", "message", "participant", "sqlite", "systems/internal/web", "systems/session",
	},
	"systems/shop/audit":             {"participant", "modernc.org/sqlite"},
	"systems/shop/scenario":          {"systems/fault", "systems/shop/audit"},
	"systems/shop/killtest":          {""},
	"systems/shop/racetest":          {},
	"systems/ticketing":              {},
	"systems/ticketing/access":       {"systems/internal/web"},
	"systems/ticketing/event":        {"", "message", "participant"},
	"systems/ticketing/user":         {"message", "participant", "sqlite", "systems/internal/web", "systems/session", "systems/ticketing/access", "systems/ticketing/event"},
	"systems/ticketing/concert":      {"message", "participant", "sqlite", "systems/internal/web", "systems/ticketing/access", "systems/ticketing/event", "golang.org/x/sync"},
	"systems/ticketing/reservation":  {"message", "participant", "sqlite", "systems/internal/web", "systems/ticketing/access", "systems/ticketing/event"},
	"systems/ticketing/queue":        {"message", "participant", "sqlite", "systems/internal/web", "systems/ticketing/access", "systems/ticketing/event", "systems/ticketing/queue/line"},
	"systems/ticketing/queue/line":   {"sqlite", "github.com/redis/rueidis"},
	"systems/ticketing/payment":      {"message", "participant", "sqlite", "systems/internal/web", "systems/ticketing/access", "systems/ticketing/event"},
	"systems/ticketing/orchestrator": {"", "message", "participant", "sqlite", "systems/internal/web", "systems/ticketing/access", "systems/ticketing/event"},
	"systems/ticketing/killtest":     {},
	"systems/ticketing/platform": {
		"", "message", "sqlite", "systems/internal/web", "systems/session", "systems/ticketing/access", "systems/ticketing/concert",
		"systems/ticketing/orchestrator", "systems/ticketing/payment", "systems/ticketing/queue", "systems/ticketing/queue/line",
		"systems/ticketing/reservation", "systems/ticketing/user",
	},
	"systems/ticketing/flaw": {
		"message", "participant", "sqlite", "systems/ticketing/access", "systems/ticketing/concert", "systems/ticketing/event",
		"systems/ticketing/payment", "systems/ticketing/queue", "systems/ticketing/queue/line", "systems/ticketing/reservation",
		"systems/ticketing/user",
	},
	"systems/ticketing/plan":     {},
	"systems/ticketing/audit":    {"", "participant", "sqlite", "systems/ticketing/event", "modernc.org/sqlite"},
	"systems/ticketing/racetest": {},
	"systems/ticketing/scenario": {"", "sqlite", "systems/fault", "systems/ticketing/event", "systems/ticketing/orchestrator"},
	"systems/ticketing/stage": {
		"", "message", "systems/fault", "systems/fault/child", "systems/ticketing/platform", "systems/ticketing/scenario", "systems/ticketing/user",
	},
	"systems/ticketing/monolith": {
		"message", "participant", "sqlite", "systems/internal/web", "systems/ticketing/access", "systems/ticketing/concert",
		"systems/ticketing/event", "systems/ticketing/payment", "systems/ticketing/queue", "systems/ticketing/queue/line",
		"systems/ticketing/reservation", "systems/ticketing/user",
	},
	"systems/ticketing/compare": {
		"sqlite", "message", "systems/session", "systems/ticketing/access", "systems/ticketing/concert", "systems/ticketing/monolith", "systems/ticketing/platform",
		"systems/ticketing/queue", "systems/ticketing/user",
	},
	"cmd/ticketing": {
		"message", "systems/session", "systems/ticketing/access", "systems/ticketing/audit", "systems/ticketing/compare", "systems/ticketing/concert",
		"systems/ticketing/monolith", "systems/ticketing/orchestrator", "systems/ticketing/payment", "systems/ticketing/platform",
		"systems/ticketing/queue", "systems/ticketing/reservation", "systems/ticketing/user", "systems/ticketing/flaw",
	},
	"cmd/demo": {
		"", "sqlite", "message", "console", "cmd/demo/page", "systems/fault", "systems/fault/child", "systems/shop/audit",
		"systems/shop/catalog", "systems/shop/order", "systems/shop/scenario", "systems/session",
		"systems/ticketing/scenario", "systems/ticketing/stage",
	},
	"cmd/demo/page":       {"console", "systems/fault", "systems/shop/scenario"},
	"bench":               {"", "bench/internal/load", "message", "participant", "postgres", "sqlite", "github.com/jackc/pgx/v5", "modernc.org/sqlite"},
	"bench/limits":        {"", "message", "bench/internal/load", "postgres", "github.com/jackc/pgx/v5"},
	"bench/internal/load": {"", "message", "participant", "postgres", "sqlite", "github.com/jackc/pgx/v5", "modernc.org/sqlite"},
}

// onlyInTests may not be imported by anything that ships, but by the suites themselves.
var onlyInTests = []string{
	"testing", module + "/conformance", module + "/conformance/memory", module + "/sagatest", module + "/internal/pgtest", module + "/internal/redistest", module + "/systems/internal/openapi",
}

// source is one Go file of the repository.
type source struct {
	path, room string
	test       bool
	file       *ast.File
	lines      int
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || isModule(path)) {
			return errorsOr(err, d)
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution|parser.ParseComments)
		room := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), ".")
		all = append(all, source{path, room, strings.HasSuffix(path, "_test.go"), file, strings.Count(string(text), "\n")})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// isModule reports whether a folder is a module of its own, with an architecture of its own.
func isModule(path string) bool {
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

func errorsOr(err error, d fs.DirEntry) error {
	if err == nil && d.IsDir() {
		return filepath.SkipDir
	}
	return err
}

// The folder list is the architecture, and this test holds it.
func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := mayImport[s.room]
		if !known {
			t.Errorf("%s: room %q is not in the plan; add it to mayImport with a reason in docs/decisions", s.path, s.room)
			continue
		}
		for _, spec := range s.file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if !s.test {
				checkImport(t, s, path, allowed)
			}
		}
	}
}

func checkImport(t *testing.T, s source, path string, allowed []string) {
	t.Helper()
	suite := strings.HasPrefix(s.room, "conformance") || strings.HasPrefix(s.room, "sagatest") || s.room == "internal/pgtest" || s.room == "internal/redistest" || s.room == "systems/internal/openapi"
	if slices.Contains(onlyInTests, path) && !suite {
		t.Errorf("%s imports %s, which is for tests", s.path, path)
	}
	own, isOurs := strings.CutPrefix(path+"/", module+"/")
	own = strings.TrimSuffix(own, "/")
	switch {
	case isOurs && (own == s.room || strings.HasPrefix(own, s.room+"/internal")):
	case isOurs && !slices.Contains(allowed, own):
		t.Errorf("%s imports %s; %q may enter only %q", s.path, path, s.room, allowed)
	case !isOurs && strings.Contains(strings.Split(path, "/")[0], "."):
		if !slices.ContainsFunc(allowed, func(a string) bool { return a != "" && (path == a || strings.HasPrefix(path, a+"/")) }) {
			t.Errorf("%s imports %s; a library needs its place in mayImport", s.path, path)
		}
	}
}

func TestEveryPlannedRoomExists(t *testing.T) {
	rooms := map[string]bool{}
	for _, s := range sources(t) {
		rooms[s.room] = true
	}
	for _, room := range slices.Sorted(maps.Keys(mayImport)) {
		if !rooms[room] {
			t.Errorf("room %q is planned and empty; remove it until it is needed", room)
		}
	}
}

// Files and interfaces stay small enough to be held in mind.
func TestFilesAndInterfacesStaySmall(t *testing.T) {
	var lengths []int
	for _, s := range sources(t) {
		limit := 400
		if s.test {
			limit = 600
		} else {
			lengths = append(lengths, s.lines)
		}
		if s.lines > limit {
			t.Errorf("%s has %d lines; split it by concept, the limit is %d", s.path, s.lines, limit)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok && len(i.Methods.List) > 7 {
				t.Errorf("%s: an interface of %d methods; the limit is 7", s.path, len(i.Methods.List))
			}
			return true
		})
	}
	slices.Sort(lengths)
	if median := lengths[len(lengths)/2]; median > 150 {
		t.Errorf("the median file has %d lines; aim below 150", median)
	}
}

// Every exported name of every package says what it is, and every package has a page of its own.
func TestEverythingExportedIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		documented[s.room] = documented[s.room] || len(s.file.Doc.Text()) > 400
		for _, decl := range s.file.Decls {
			checkDoc(t, s, decl)
		}
	}
	for _, room := range slices.Sorted(maps.Keys(documented)) {
		if !documented[room] {
			t.Errorf("package %q has no doc comment worth the name", room)
		}
	}
}

func checkDoc(t *testing.T, s source, decl ast.Decl) {
	t.Helper()
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc.Text() == "" && (d.Recv == nil || exportedReceiver(d)) && !interfaceNoise(d.Name.Name) {
			t.Errorf("%s: %s has no comment", s.path, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch sp := spec.(type) {
			case *ast.TypeSpec:
				if sp.Name.IsExported() && d.Doc.Text() == "" && sp.Doc.Text() == "" {
					t.Errorf("%s: type %s has no comment", s.path, sp.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range sp.Names {
					if name.IsExported() && d.Doc.Text() == "" && sp.Doc.Text() == "" && sp.Comment.Text() == "" {
						t.Errorf("%s: %s has no comment", s.path, name.Name)
					}
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if index, ok := typ.(*ast.IndexExpr); ok {
		typ = index.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// interfaceNoise are methods whose meaning the interface of another package fixes.
func interfaceNoise(name string) bool {
	return slices.Contains([]string{"Len", "Less", "Swap", "Push", "Pop", "Unwrap"}, name)
}

// The documents name tests as evidence; each of them exists.
func TestEveryTestThatTheDocumentsNameExists(t *testing.T) {
	there := map[string]bool{}
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && s.test && f.Recv == nil {
				there[strings.TrimSuffix(s.file.Name.Name, "_test")+"."+f.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`([a-z]+\\.(?:Test|Fuzz|Example)[A-Za-z0-9_]*)`")
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	tutorial, err := filepath.Glob("docs/tutorial/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, tutorial...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			if !there[m[1]] {
				t.Errorf("%s names %s, which does not exist", page, m[1])
			}
		}
	}
}
