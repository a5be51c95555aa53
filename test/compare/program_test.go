package compare_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(buildDir())
	os.Exit(code)
}

func buildDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("tocsin-compare-%d", os.Getpid()))
}

// buildTocsin builds tocsin, once for all timelines, and returns the path.
var buildTocsin = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir(), "tocsin")
	//nolint:noctx // the program is for all timelines, so no test's context should end the build
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "../../cmd/tocsin").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build tocsin: %w\n%s", err, out)
	}
	return path, nil
})

// programs are what is compared.
type programs struct{ alertmanager, tocsin string }

// findPrograms returns both, or ends the test with what is missing.
func findPrograms(t *testing.T) programs {
	t.Helper()
	if os.Getenv("TOCSIN_COMPARE") != "1" {
		t.Skip("this takes a minute: make compare, or set TOCSIN_COMPARE=1")
	}
	const name = "prometheus-alertmanager"
	alertmanager, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("TOCSIN_COMPARE_REQUIRED") == "1":
		t.Fatalf("%s is not installed and TOCSIN_COMPARE_REQUIRED=1: apt-get install %s", name, name)
	default:
		t.Skipf("%s is not installed: apt-get install %s", name, name)
	}
	tocsin, err := buildTocsin()
	if err != nil {
		t.Fatal(err)
	}
	return programs{alertmanager: alertmanager, tocsin: tocsin}
}
