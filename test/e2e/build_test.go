package e2e_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What the tested program says it is.
const (
	builtVersion  = "0.0.1-e2e"
	builtRevision = "e2e0000"
)

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(buildDir())
	os.Exit(code)
}

func buildDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("tocsin-e2e-%d", os.Getpid()))
}

// program builds tocsin, once for all tests, and returns the path.
var program = sync.OnceValues(func() (string, error) {
	if err := touchSources(); err != nil {
		return "", err
	}
	path := filepath.Join(buildDir(), "tocsin")
	const stamp = "-X github.com/prometheus/common/version."
	args := slices.Concat([]string{"build", "-buildvcs=false"}, buildFlags(), []string{
		"-ldflags", stamp + "Version=" + builtVersion + " " + stamp + "Revision=" + builtRevision,
		"-o", path, "../../cmd/tocsin",
	})
	//nolint:noctx // the program is for all tests, so no test's context should end the build
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return path, nil
})

// touchSources looks at all files that the program is made of. The go command
// repeats a test, instead of showing an earlier result, when a file has changed
// that the test has looked at; what a go build below it reads does not count.
func touchSources() error {
	return filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "data"):
			return fs.SkipDir
		case d.Type().IsRegular():
			_, err = os.Stat(path)
		}
		return err
	})
}

// need returns the path of a program of a Debian package, or ends the test.
func need(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("TOCSIN_E2E_REQUIRED") == "1":
		t.Fatalf("%s is not installed and TOCSIN_E2E_REQUIRED=1: apt-get install %s", name, debianPackage)
	default:
		t.Skipf("%s is not installed: apt-get install %s, then make e2e", name, debianPackage)
	}
	return ""
}
