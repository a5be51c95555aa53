package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// importing is a package with all that it and its tests import.
type importing struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// importers returns who imports each package of ours, tests included, but for the
// package itself.
func importers(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	by := make(map[string][]string)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p importing
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return by
		} else if err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, i := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if to, ours := strings.CutPrefix(i, module+"/"); ours && to != from && !slices.Contains(by[to], from) {
				by[to] = append(by[to], from)
			}
		}
	}
}

// kindFolders are the folders below notify with a function Kind.
func kindFolders(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../notify/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	declares := regexp.MustCompile(`(?m)^func Kind\(\) notify\.Kind\b`)
	var folders []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if folder := path.Base(path.Dir(filepath.ToSlash(file))); declares.Match(text) && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return folders
}

// mayKnowKinds are tests that need some kind, whichever, and chose one that does
// little.
func mayKnowKinds() map[string][]string {
	return map[string][]string{
		"config": {"notify/webhook", "notify/log"},
	}
}

// TestAKindIsAFolderAndALine wants the list of kinds to be the only place that
// knows each of them: by its import and by one line of the list.
func TestAKindIsAFolderAndALine(t *testing.T) {
	const list = "notify/all"
	text, err := os.ReadFile("../../notify/all/all.go")
	if err != nil {
		t.Fatal(err)
	}
	by, folders := importers(t), kindFolders(t)
	if len(folders) < 30 {
		t.Errorf("only %d kinds were found: the test does not see them", len(folders))
	}
	for _, folder := range folders {
		pkg := "notify/" + folder
		if !slices.Contains(by[pkg], list) {
			t.Errorf("%s does not import %s", list, pkg)
		}
		for _, from := range by[pkg] {
			if from != list && !slices.Contains(mayKnowKinds()[from], pkg) {
				t.Errorf("%s imports %s: only %s may know a kind", from, pkg, list)
			}
		}
		for _, line := range []string{"\n\t\"" + module + "/" + pkg + "\"\n", "\n\t\t" + folder + ".Kind(),\n"} {
			if n := strings.Count(string(text), line); n != 1 {
				t.Errorf("%s has %q %d times, want once", list, strings.TrimSpace(line), n)
			}
		}
		if n := len(regexp.MustCompile(`\b`+folder+`\.`).FindAll(text, -1)); n != 1 {
			t.Errorf("%s mentions %s. %d times, want once", list, folder, n)
		}
	}
}
