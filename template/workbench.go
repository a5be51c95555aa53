package template

import (
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
)

const (
	// maxIdle is the number of benches kept; more than that many goroutines
	// seldom render at once.
	maxIdle = 8
	// maxFields is the number of parsed texts on one bench.
	maxFields = 4096
	// maxPages is the number of pages kept. A page is a copy of the whole set,
	// far bigger than a parsed text, and HTML texts are few.
	maxPages = 64
)

// workbench is the working place of one goroutine at a time: a clone of the set
// with the texts that were parsed on it. Its own clone lets it bind the
// function routeLabels to the notification at hand and parse without locks.
type workbench struct {
	root   *texttemplate.Template
	fields map[Text]*texttemplate.Template
	labels labelLookup // valid while the bench is taken
}

func (s *Set) takeBench() (*workbench, error) {
	if b := s.idleBench(); b != nil {
		return b, nil
	}
	return newBench(s.text)
}

func (s *Set) idleBench() *workbench {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.idle) - 1
	if last < 0 {
		return nil
	}
	b := s.idle[last]
	s.idle = s.idle[:last]
	return b
}

// putBench drops a bench that has become too big and starts afresh with the
// next one.
func (s *Set) putBench(b *workbench) {
	b.labels = nil
	if len(b.fields) > maxFields {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) < maxIdle {
		s.idle = append(s.idle, b)
	}
}

func newBench(set *texttemplate.Template) (*workbench, error) {
	root, err := set.Clone()
	if err != nil {
		return nil, fmt.Errorf("copy templates: %w", err)
	}
	b := &workbench{fields: make(map[Text]*texttemplate.Template)}
	b.root = root.Funcs(texttemplate.FuncMap{labelsFunc: func(name string) (string, error) { return b.labels(name) }})
	return b, nil
}

func (b *workbench) render(text Text, d *Data) (string, error) {
	t, err := b.field(text)
	if err != nil {
		return "", err
	}
	return execute(t, d)
}

func (b *workbench) field(text Text) (*texttemplate.Template, error) {
	if t, ok := b.fields[text]; ok {
		return t, nil
	}
	root, err := b.rootFor(text)
	if err != nil {
		return nil, err
	}
	t, err := root.New("").Parse(string(text))
	if err != nil {
		return nil, err
	}
	b.fields[text] = t
	return t, nil
}

// rootFor returns where to parse a text. A text that defines templates, or
// just looks as if it might, gets a clone: its definitions are its own.
func (b *workbench) rootFor(text Text) (*texttemplate.Template, error) {
	if strings.Contains(string(text), "define") || strings.Contains(string(text), "block") {
		return b.root.Clone()
	}
	return b.root, nil
}

// page is one HTML text parsed into its own clone of the set, because
// html/template cannot parse any more once something was executed. One
// goroutine uses it at a time.
type page struct {
	template *htmltemplate.Template
	labels   labelLookup // valid while the page is taken
}

func (s *Set) takePage(text Text) (*page, error) {
	if p := s.idlePage(text); p != nil {
		return p, nil
	}
	return newPage(s.html, text)
}

func (s *Set) idlePage(text Text) *page {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.pages[text]) - 1
	if last < 0 {
		return nil
	}
	p := s.pages[text][last]
	s.pages[text] = s.pages[text][:last]
	if last == 0 {
		delete(s.pages, text)
	}
	s.kept--
	return p
}

func (s *Set) putPage(text Text, p *page) {
	p.labels = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept < maxPages {
		s.pages[text] = append(s.pages[text], p)
		s.kept++
	}
}

func newPage(set *htmltemplate.Template, text Text) (*page, error) {
	root, err := set.Clone()
	if err != nil {
		return nil, fmt.Errorf("copy templates: %w", err)
	}
	p := &page{}
	root.Funcs(htmltemplate.FuncMap{labelsFunc: func(name string) (string, error) { return p.labels(name) }})
	if p.template, err = root.Parse(string(text)); err != nil {
		return nil, err
	}
	return p, nil
}
