package golden

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// File compares a text with a whole file, such as a page that is made by a
// program. With -update it writes the file instead.
func File(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date (-file +now; -update rewrites it):\n%s", path, diff)
	}
}
