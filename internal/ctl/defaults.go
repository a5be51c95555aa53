package ctl

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// defaultFiles are the files that give flags their defaults. The first that has a
// name counts.
func (t *tool) defaultFiles() []string {
	var files []string
	for _, place := range []struct{ dir, below string }{{t.Home, ".config"}, {t.Etc, ""}} {
		if place.dir == "" {
			continue
		}
		for _, name := range []string{ownName, oldName} {
			files = append(files, filepath.Join(place.dir, place.below, name, "config.yml"))
		}
	}
	return files
}

// readDefaults gives flags the defaults that people have written into files.
func (t *tool) readDefaults() error {
	seen := make(map[string]bool)
	for _, path := range t.defaultFiles() {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("defaults for flags: %w", err)
		}
		var values map[string]yaml.Node
		if err := yaml.Unmarshal(text, &values); err != nil {
			return fmt.Errorf("defaults for flags: %s: %s", path, oneLine(err))
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if err := t.setDefault(name, values[name], seen); err != nil {
				return fmt.Errorf("defaults for flags: %s: line %d: %w", path, values[name].Line, err)
			}
		}
		for name := range values {
			seen[current(name)] = true
		}
	}
	return nil
}

// oneLine is an error of the YAML library on one line.
func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

// current is the name that a flag has today.
func current(name string) string {
	if name == "comment_required" {
		return "require-comment"
	}
	return name
}

// setDefault gives all flags of a name a default. Names that no flag has are left to
// other versions of the program.
func (t *tool) setDefault(name string, value yaml.Node, seen map[string]bool) error {
	if value.Kind == yaml.AliasNode {
		value = *value.Alias
	}
	name = current(name)
	switch {
	case value.Kind != yaml.ScalarNode:
		return fmt.Errorf("%s: must be a single value", name)
	case seen[name] || value.Tag == "!!null" || isCall(name):
		return nil
	}
	for _, group := range t.defined {
		flag := group.GetFlag(name)
		if flag == nil {
			continue
		}
		text, err := written(flag.Model(), value.Value)
		if err != nil {
			return err
		}
		if v, ok := flag.Model().Value.(own); ok {
			if err := v.Set(text); err != nil { // here it is known where the value stands
				return err
			}
		}
		flag.Default(text)
	}
	return nil
}

// isCall reports whether a flag asks for something to be done once, so that a
// default makes no sense.
func isCall(name string) bool {
	return name == "help" || name == "version" || strings.HasPrefix(name, "help-") || strings.HasPrefix(name, "completion-")
}

// written is a value as a command line has it, and an error if it is not one for
// the flag.
func written(flag *kingpin.FlagModel, text string) (string, error) {
	if !flag.IsBoolFlag() {
		return text, nil
	}
	yes, ok := yamlx.Plain(text).(bool)
	if !ok {
		return "", fmt.Errorf("--%s: %q is neither true nor false", flag.Name, text)
	}
	return strconv.FormatBool(yes), nil
}
