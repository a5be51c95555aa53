package daemon

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestStoragePageQuotesTheLog wants people to find in the log what docs/storage.md
// says is there.
func TestStoragePageQuotesTheLog(t *testing.T) {
	page, err := os.ReadFile("../../docs/storage.md")
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	for _, pattern := range []string{"*.go", "../../store/disk/*.go", "../../cmd/tocsin/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(text)
		}
	}
	quoted := regexp.MustCompile(`msg="([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	if len(quoted) < 7 {
		t.Errorf("only %d lines of the log were found: the test does not see them", len(quoted))
	}
	for _, m := range quoted {
		if !strings.Contains(sources.String(), `"`+m[1]+`"`) {
			t.Errorf("docs/storage.md quotes %q, which nobody logs", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`tocsin_\w+`).FindAllString(string(page), -1) {
		if !strings.Contains(sources.String(), `"`+m+`"`) {
			t.Errorf("docs/storage.md names the metric %s, which is not there", m)
		}
	}
}
