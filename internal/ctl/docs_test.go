package ctl

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"
)

// TestDocs wants every command and every flag on the page about the program.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/tocsinctl.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	model := newTool(World{Out: io.Discard, Err: io.Discard}).app.Model()
	names := 0
	flags := func(list []*kingpin.FlagModel) {
		for _, flag := range list {
			if flag.Hidden {
				continue
			}
			names++
			if !strings.Contains(page, "`--"+flag.Name) && !strings.Contains(page, "`--no-"+flag.Name) {
				t.Errorf("docs/tocsinctl.md does not name --%s", flag.Name)
			}
		}
	}
	flags(model.Flags)
	for _, command := range model.FlattenedCommands() {
		flags(command.Flags)
		if names++; !strings.Contains(page, command.FullCommand) {
			t.Errorf("docs/tocsinctl.md does not name %q", command.FullCommand)
		}
	}
	if names < 40 {
		t.Errorf("only %d names were looked at", names)
	}
}
