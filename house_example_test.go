package saga_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// leansOnItsPackage are examples that cannot be pasted, each with the reason.
var leansOnItsPackage = map[string]string{
	"cmd/seosa/cli/example_test.go":      "it opens stores as the command does",
	"systems/shop/audit/example_test.go": "it audits a shop of which the tests know every row",
}

// Each example file is one to paste: alone in a package of another module it compiles. So it declares
// what it uses, and imports what others may import.
func TestExamplesStandAlone(t *testing.T) {
	looked := 0
	for _, s := range sources(t) {
		name := filepath.Base(s.path)
		if !strings.HasPrefix(name, "example") || !s.test || s.file.Name.Name == "main" || isInternal(s.room) ||
			leansOnItsPackage[filepath.ToSlash(s.path)] != "" {
			continue
		}
		looked++
		mistakes, err := mistakesAlone(s.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mistakes {
			t.Errorf("%s cannot be pasted: %s; what it needs stands in the file itself", s.path, m)
		}
		for _, spec := range s.file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); isInternal(path) {
				t.Errorf("%s imports %s, which nobody outside this module may import", s.path, path)
			}
		}
	}
	if looked < 20 {
		t.Errorf("looked at %d examples; there are more", looked)
	}
}

func isInternal(path string) bool {
	return slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "internal")
}

// mistakesAlone type-checks a file without its neighbours. What comes from imports is taken on trust.
func mistakesAlone(path string) (mistakes []string, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	config := types.Config{Importer: onTrust{}, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) && !strings.Contains(e.Msg, onTrust{}.Error()) {
			mistakes = append(mistakes, e.Msg)
		}
	}}
	_, _ = config.Check("alone", files, []*ast.File{file}, nil) // it always fails: what is imported is unknown
	slices.Sort(mistakes)
	return slices.Compact(mistakes), nil
}

// onTrust makes packages of which nothing is known but the name: it comes along as the error because of
// which the checker finds every name in them.
type onTrust struct{}

func (onTrust) Error() string { return "taken on trust" }

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

func (onTrust) Import(path string) (*types.Package, error) {
	name := majorVersion.ReplaceAllString(path, "")
	return types.NewPackage(path, name[strings.LastIndex(name, "/")+1:]), onTrust{}
}
