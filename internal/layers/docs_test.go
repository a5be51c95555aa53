package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// The names in docs/architecture.md that stand in backquotes and look like a path
// or like an exported name of one of our packages.
var (
	quoted   = regexp.MustCompile("`([^`\n]+)`")
	goName   = regexp.MustCompile(`^([a-z]+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?$`)
	pathName = regexp.MustCompile(`^[a-z][\w.-]*(/[\w.-]*)+$`)
)

func TestArchitectureNamesWhatExists(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := declared(t)
	checked := 0
	for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
		word := m[1]
		switch {
		case goName.MatchString(word):
			checked++
			if !names[word] {
				t.Errorf("docs/architecture.md names %s, which does not exist", word)
			}
		case pathName.MatchString(word):
			checked++
			if _, err := os.Stat(filepath.Join(root, word)); err != nil {
				t.Errorf("docs/architecture.md names %s, which does not exist", word)
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d names were found: the test does not see them", checked)
	}
}

// declared collects the exported names of our packages: pkg.Name for types and
// functions, pkg.Type.Name for methods, fields and interface methods.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			collect(names, file.Name.Name+".", decl)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func collect(names map[string]bool, pkg string, decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		names[pkg+receiver(d)+d.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			s, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			names[pkg+s.Name.Name] = true
			for _, member := range members(s.Type) {
				names[pkg+s.Name.Name+"."+member] = true
			}
		}
	}
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.Ident:
			return x.Name + "."
		default:
			return ""
		}
	}
}

func members(typ ast.Expr) []string {
	var fields *ast.FieldList
	switch x := typ.(type) {
	case *ast.StructType:
		fields = x.Fields
	case *ast.InterfaceType:
		fields = x.Methods
	default:
		return nil
	}
	var names []string
	for _, f := range fields.List {
		for _, name := range f.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
