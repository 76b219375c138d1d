// Package persistentresources_test holds the rules that all packages of the module share.
package persistentresources_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "opendev.org/x/persistent-resources/"

// rule says what a package may import of the module, and why no more.
type rule struct {
	pkg     string
	imports []string
	why     string
}

// mayImport says which packages of the module a package may import. A pattern is a package, or with /... all below it. The
// first rule that fits a package is its rule; a package that none fits is refused, so that nobody is outside of the table.
var mayImport = []rule{
	{"subunit", nil, "the stream is a format; it knows nothing of tests"},
	{"tempestconf", nil, "configuration is read by others too"},
	{"internal/guest", nil, "reaching into a guest needs no Nova"},
	{"internal/state", nil, "what persists knows no cloud"},
	{"internal/pickle", nil, "a format"},
	{"internal/original", []string{"internal/pickle", "internal/state"}, "what the original plugin left is a file"},
	{"internal/simulator/...", []string{"internal/simulator/..."}, "any OpenStack client can use the simulated cloud"},
	{"reports", []string{"subunit"}, "reports know results alone"},
	{"internal/cloud", []string{"tempestconf"}, "sessions know no phase"},
	{"internal/releases", nil, "a table of what services tell"},
	{"phases", []string{"subunit", "tempestconf", "internal/cloud", "internal/guest", "internal/releases", "internal/state"}, "the life cycle knows no service"},
	{"phases/all", []string{"phases", "phases/..."}, "the one list of services"},
	{"phases/...", []string{"phases", "subunit", "tempestconf", "internal/cloud", "internal/guest", "internal/state"}, "a service knows no other"},
	{"internal/stestr", []string{"phases", "subunit"}, "being a runner needs no cloud"},
	{"internal/preflight", []string{"phases", "tempestconf", "internal/cloud", "internal/state"}, "a check knows what the tests say, and no one service's tests"},
	{"cmd/...", []string{"..."}, "commands put everything together"},
	{"interop", []string{"..."}, "tests against other projects' tools look at everything"},
}

// onlyIn says which packages may use a dependency that the others must not grow onto.
var onlyIn = []struct{ dependency, packages string }{
	{"github.com/mitchellh/mapstructure", "tempestconf"},
	{"gopkg.in/ini.v1", "tempestconf"},
	{"github.com/spf13/", "cmd/..."},
	{"github.com/jstemmer/go-junit-report", "reports"},
	{"github.com/gophercloud/gophercloud", "internal/cloud internal/preflight phases phases/..."},
	{"golang.org/x/crypto/ssh", "internal/guest internal/simulator/... phases/..."},
}

// maxLines is the most that a file may have before it must be two.
const maxLines = 500

// source is a Go file that is no test.
type source struct {
	pkg   string // path below the module
	path  string
	lines int
	fset  *token.FileSet
	file  *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor") {
				return filepath.SkipDir
			}
			// A module within the module has rules of its own.
			if _, err := os.Stat(filepath.Join(p, "go.mod")); p != "." && err == nil {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, p, data, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(filepath.Dir(p)), p, bytes.Count(data, []byte("\n")), fset, file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d source files were found: is this the root of the module?", len(all))
	}
	return all
}

// fits reports whether a package is what a pattern means.
func fits(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	root, below := strings.CutSuffix(pattern, "/...")
	if !below {
		return pattern == pkg
	}
	// phases/... are the packages below phases; internal/simulator/... is the tree with its root.
	return strings.HasPrefix(pkg, root+"/") || pkg == root && root != "phases"
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		i := slices.IndexFunc(mayImport, func(r rule) bool { return fits(r.pkg, s.pkg) })
		if i < 0 {
			t.Errorf("%s: package %s is not in the table of who may import whom", s.path, s.pkg)
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			own, ours := strings.CutPrefix(imported, module)
			if ours && !slices.ContainsFunc(mayImport[i].imports, func(p string) bool { return fits(p, own) }) {
				t.Errorf("%s: %s may not import %s: %s", s.fset.Position(spec.Pos()), s.pkg, own, mayImport[i].why)
			}
			checkDependency(t, s, spec, imported)
		}
	}
}

func checkDependency(t *testing.T, s source, spec *ast.ImportSpec, imported string) {
	t.Helper()
	for _, only := range onlyIn {
		if !strings.HasPrefix(imported, only.dependency) {
			continue
		}
		if !slices.ContainsFunc(strings.Fields(only.packages), func(p string) bool { return fits(p, s.pkg) }) {
			t.Errorf("%s: %s is for %s only", s.fset.Position(spec.Pos()), only.dependency, only.packages)
		}
	}
}

func TestNoHiddenBehaviour(t *testing.T) {
	for _, s := range sources(t) {
		at := func(n ast.Node) token.Position { return s.fset.Position(n.Pos()) }
		if s.lines > maxLines {
			t.Errorf("%s has %d lines; more than %d are two files", s.path, s.lines, maxLines)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: init() runs unseen; call what is needed", at(n))
				}
			case *ast.CallExpr:
				switch called(n) {
				case "panic":
					t.Errorf("%s: panic ends everybody's program; return an error", at(n))
				case "time.Sleep":
					t.Errorf("%s: time.Sleep cannot be interrupted; wait under a context", at(n))
				}
			}
			return true
		})
	}
}

// called is what a call names, as it stands in the file.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// TestEveryPackageIsDocumented: a newcomer learns from the package's comment what is in it.
func TestEveryPackageIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		documented[s.pkg] = documented[s.pkg] || s.file.Doc != nil
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, tc := range []struct {
		pattern, pkg string
		want         bool
	}{
		{"phases", "phases", true},
		{"phases", "phases/compute", false},
		{"phases/...", "phases/compute", true},
		{"phases/...", "phases", false},
		{"internal/simulator/...", "internal/simulator", true},
		{"internal/simulator/...", "internal/simulator/nova", true},
		{"internal/simulator/...", "internal/simulators", false},
		{"...", "reports", true},
		{"subunit", "reports", false},
	} {
		if got := fits(tc.pattern, tc.pkg); got != tc.want {
			t.Errorf("%s fits %s: %v", tc.pattern, tc.pkg, got)
		}
	}
}
