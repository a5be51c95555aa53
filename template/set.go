package template

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	texttemplate "text/template"
)

//go:embed builtin/*.tmpl
var builtin embed.FS

// Text is a templated configuration value, kept as written.
type Text string

// missingKey makes a label that is not there render as nothing.
const missingKey = "missingkey=zero"

// Set is a parsed set of templates: the built-in ones, then files, where a
// later definition of a name replaces an earlier one. It never changes after
// New, apart from a cache, and is safe for concurrent use.
type Set struct {
	// The roots are only cloned, never executed: html/template cannot be
	// cloned after that.
	text *texttemplate.Template
	html *htmltemplate.Template

	mu    sync.Mutex
	idle  []*workbench     // guarded by mu
	pages map[Text][]*page // guarded by mu; idle, by the text they render
	kept  int              // guarded by mu; number of idle pages
}

// New parses the built-in templates and then every file that the globs match,
// in order. A glob without a match is fine. Errors name the file and the line.
func New(globs []string) (*Set, error) {
	s := &Set{
		text:  texttemplate.New("").Option(missingKey).Funcs(funcs()).Funcs(noLabels()),
		html:  htmltemplate.New("").Option(missingKey).Funcs(funcs()).Funcs(noLabels()),
		pages: make(map[Text][]*page),
	}
	if err := s.addBuiltin(); err != nil {
		return nil, err
	}
	for _, glob := range globs {
		if err := s.addGlob(glob); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// noLabels lets the parsers know the name of the function that every
// workbench and page binds for itself.
func noLabels() map[string]any {
	return map[string]any{labelsFunc: func(string) string { return "" }}
}

func (s *Set) addBuiltin() error {
	names, err := fs.Glob(builtin, "builtin/*.tmpl")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := builtin.ReadFile(name)
		if err != nil {
			return err
		}
		if err := s.add(name, string(text)); err != nil {
			return fmt.Errorf("built-in template file %s: %w", name, err)
		}
	}
	return nil
}

func (s *Set) addGlob(glob string) error {
	paths, err := filepath.Glob(glob)
	if err != nil {
		return fmt.Errorf("template files %q: %w", glob, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read template file: %w", err)
		}
		if err := s.add(filepath.Base(path), string(text)); err != nil {
			return fmt.Errorf("template file %s: %w", path, err)
		}
	}
	return nil
}

func (s *Set) add(name, text string) error {
	if _, err := s.text.New(name).Parse(text); err != nil {
		return err
	}
	_, err := s.html.New(name).Parse(text)
	return err
}
