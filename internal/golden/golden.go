// Package golden compares what code gives with files that people review. A case
// is one txtar archive: input files, and expected files whose names begin with
// "want/". Run the tests with -update to rewrite what is expected.
package golden

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

const wanted = "want/"

//nolint:gochecknoglobals // flags of a test binary must be known before its main function runs
var update = flag.Bool("update", false, "rewrite golden files")

// Run runs f for each archive in a folder, as a subtest with the name of the
// file. f gets the input files and returns the files that come out, named
// without "want/". Files without content are the same as no files, and the last
// newline of a file does not count: archives cannot tell the difference.
func Run(t *testing.T, dir string, f func(t *testing.T, in map[string]string) map[string]string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files in %s: %v", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			file(t, path, *update, f)
		})
	}
}

func file(t *testing.T, path string, update bool, f func(t *testing.T, in map[string]string) map[string]string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in, want := split(archive)
	got := normal(f(t, in))
	for name, text := range got {
		if !fits(text) {
			t.Fatalf("%s%s: a line looks like the beginning of a file and would be read as one", wanted, name)
		}
	}
	if update {
		if err := os.WriteFile(path, txtar.Format(merge(archive, got)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", path, diff)
	}
}

func split(a *txtar.Archive) (in, want map[string]string) {
	in, want = make(map[string]string), make(map[string]string)
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, wanted); ok {
			want[name] = string(f.Data)
		} else {
			in[f.Name] = string(f.Data)
		}
	}
	return in, normal(want)
}

// normal brings files into the form in which an archive gives them back.
func normal(files map[string]string) map[string]string {
	kept := make(map[string]string, len(files))
	for name, text := range files {
		if text == "" {
			continue
		}
		kept[name] = strings.TrimSuffix(text, "\n") + "\n"
	}
	return kept
}

// fits reports whether a text stays one file when it is put into an archive.
func fits(text string) bool {
	a := txtar.Parse(txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: "x", Data: []byte(text)}}}))
	return len(a.Files) == 1 && string(a.Files[0].Data) == text
}

// merge puts new expectations into an archive: each in its old place, those
// without one at the end. What is expected no longer goes.
func merge(a *txtar.Archive, got map[string]string) *txtar.Archive {
	merged := &txtar.Archive{Comment: a.Comment}
	left := maps.Clone(got)
	for _, f := range a.Files {
		name, expected := strings.CutPrefix(f.Name, wanted)
		text, known := left[name]
		switch {
		case !expected:
			merged.Files = append(merged.Files, f)
		case known:
			merged.Files = append(merged.Files, txtar.File{Name: f.Name, Data: []byte(text)})
			delete(left, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		merged.Files = append(merged.Files, txtar.File{Name: wanted + name, Data: []byte(left[name])})
	}
	return merged
}
