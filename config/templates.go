package config

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/template"
)

// CheckTemplates renders every template in the file for a stock notification and
// returns what fails, with path and line. A mistake in a message does not make a
// configuration invalid: at night a plain text takes its place.
func (c *Config) CheckTemplates(set *template.Set) yamlx.Errors {
	stock := template.Stock()
	var problems yamlx.Errors
	for path, text := range c.texts() {
		if _, err := set.Text(text, stock); err != nil {
			problems = append(problems, c.doc.At(path, err)...)
		}
	}
	return problems
}

// texts yields all templates with their paths.
func (c *Config) texts() iter.Seq2[string, template.Text] {
	return func(yield func(string, template.Text) bool) {
		for path, r := range nodes("route", c.Route) {
			for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
				if !yield(path+".labels."+name, r.Labels[name]) {
					return
				}
			}
		}
		for _, r := range c.Receivers {
			for _, i := range r.Integrations {
				for path, text := range i.Config.Texts() {
					if !yield(fmt.Sprintf("%s.%s[%d].%s", r.path, i.Kind+listSuffix, i.Index, path), text) {
						return
					}
				}
			}
		}
	}
}
