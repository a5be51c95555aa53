package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// CheckFiles reads a little of each file that the configuration names and returns
// those that cannot be read, with path and line: files with secrets, of TLS and of
// templates. Such a file does not make a configuration invalid: it may be there only
// where the daemon runs.
func (c *Config) CheckFiles() yamlx.Errors {
	f := files{config: c, seen: make(map[string]bool)}
	for i, glob := range c.Templates {
		f.templates(fmt.Sprintf("templates[%d]", i), glob)
	}
	f.visit("global.http_config", reflect.ValueOf(c.Global.HTTPConfig))
	for _, part := range c.Global.Parts {
		f.visit("global", reflect.ValueOf(part))
	}
	for _, r := range c.Receivers {
		for _, i := range r.Integrations {
			settings, err := i.Config.MarshalYAML()
			if err != nil {
				continue // nothing that can be shown fails
			}
			f.visit(fmt.Sprintf("%s.%s[%d]", r.path, i.Kind+listSuffix, i.Index), reflect.ValueOf(settings))
		}
	}
	f.visit("tracing", reflect.ValueOf(c.Tracing))
	f.visit("event_recorder", reflect.ValueOf(c.EventRecorder))
	slices.SortStableFunc(f.problems, func(a, b *yamlx.Error) int { return cmp.Compare(a.Line, b.Line) })
	return f.problems
}

// files looks for names of files in settings.
type files struct {
	config   *Config
	seen     map[string]bool // a file that many entries take over is told of once
	problems yamlx.Errors
}

// templates tells of a glob that no file is found by.
func (f *files) templates(path, glob string) {
	found, err := filepath.Glob(glob)
	if err == nil && len(found) == 0 {
		f.problems = append(f.problems, f.config.doc.At(path, fmt.Errorf("there is no file %s", glob))...)
	}
}

// visit looks at a value and at all that is in it. Paths do not matter more than for
// people to find the place.
func (f *files) visit(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			f.visit(path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f.field(path, v.Type().Field(i), v.Field(i))
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), byName) {
			f.visit(path+"."+key.String(), v.MapIndex(key))
		}
	case reflect.Slice:
		for i, item := range v.Seq2() {
			f.visit(fmt.Sprintf("%s[%d]", path, i.Int()), item)
		}
	case reflect.String:
		if name := v.String(); name != "" && namesFile(path) {
			f.read(path, name)
		}
	}
}

func byName(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }

func (f *files) field(path string, field reflect.StructField, v reflect.Value) {
	key, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	switch {
	case !field.IsExported() || key == "-":
	case strings.Contains(options, "inline"):
		f.visit(path, v)
	case key != "":
		f.visit(path+"."+key, v)
	}
}

// namesFile reports whether the value under a key is the name of a file: those end in
// _file, and headers have a list of them.
func namesFile(path string) bool {
	key := path[strings.LastIndex(path, ".")+1:]
	return strings.HasSuffix(key, "_file") || strings.HasPrefix(key, "files[")
}

func (f *files) read(path, name string) {
	if f.seen[name] {
		return
	}
	f.seen[name] = true
	if err := readable(name); err != nil {
		f.problems = append(f.problems, f.config.doc.At(path, err)...)
	}
}

// readable reads the first byte of a file. Errors name the file.
func readable(name string) error {
	// Opening a pipe would wait for somebody who writes to it.
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
		return fmt.Errorf("the file %s is empty", name)
	} else if err != nil {
		return err
	}
	return nil
}
