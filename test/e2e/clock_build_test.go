package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// clockVariable says by how many seconds the clock of the program of skewedProgram
// is wrong.
const clockVariable = "TOCSIN_TEST_CLOCK"

// soundNow is how time.Now begins, and skewedNow how it begins in the program of
// skewedProgram: the clock on the wall is wrong, and time passes as ever.
const (
	soundNow  = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	skewedNow = soundNow + "\tsec += tocsinSkew\n"
)

// skewSource goes into package time.
const skewSource = `package time

import "syscall"

var tocsinSkew = tocsinReadSkew()

func tocsinReadSkew() int64 {
	text, found := syscall.Getenv("` + clockVariable + `")
	if !found {
		return 0
	}
	seconds, err := atoi(text)
	if err != nil {
		panic("` + clockVariable + `=" + text + " is no number of seconds")
	}
	return int64(seconds)
}
`

// skewedProgram builds tocsin once more, with a package time of which Now can be
// wrong, and returns the path. The program asks nothing else for the time on the
// wall, and has no seam for it.
var skewedProgram = sync.OnceValues(func() (string, error) {
	if _, err := program(); err != nil { // which looks at the sources, and fails with fewer words
		return "", err
	}
	overlay, err := skewOverlay(buildDir())
	if err != nil {
		return "", err
	}
	path := filepath.Join(buildDir(), "tocsin-skewed")
	args := slices.Concat([]string{"build", "-buildvcs=false", "-overlay=" + overlay}, buildFlags(), []string{"-o", path, "../../cmd/tocsin"})
	//nolint:noctx // as in program
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return path, nil
})

// skewOverlay writes what the go command has to put in place of package time.
func skewOverlay(dir string) (string, error) {
	//nolint:noctx // as in program
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	source, err := os.ReadFile(filepath.Join(folder, "time.go"))
	if err != nil {
		return "", err
	}
	skewed, err := skewNow(string(source))
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(folder, "time.go"), err)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{
		filepath.Join(folder, "time.go"):        filepath.Join(dir, "skewed-time.go"),
		filepath.Join(folder, "tocsin_skew.go"): filepath.Join(dir, "skewed-more.go"),
	}}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "skewed.json")
	return path, errors.Join(
		os.WriteFile(filepath.Join(dir, "skewed-time.go"), []byte(skewed), 0o600),
		os.WriteFile(filepath.Join(dir, "skewed-more.go"), []byte(skewSource), 0o600),
		os.WriteFile(path, list, 0o600),
	)
}

func skewNow(source string) (string, error) {
	if n := strings.Count(source, soundNow); n != 1 {
		return "", fmt.Errorf("time.Now begins in another way in this version of Go (found %d times what is looked for): adapt soundNow, and see what else asks for the time on the wall", n)
	}
	return strings.Replace(source, soundNow, skewedNow, 1), nil
}

func TestSkewNow(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"", "func Now() Time {\n\treturn now()\n}\n", soundNow + "}\n" + soundNow + "}\n"} {
		if got, err := skewNow(source); err == nil {
			t.Errorf("%q becomes %q, want an error", source, got)
		}
	}
	if got, err := skewNow(soundNow + "}\n"); err != nil || got != skewedNow+"}\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
