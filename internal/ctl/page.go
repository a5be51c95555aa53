package ctl

import (
	"strings"

	"github.com/alecthomas/kingpin/v2"
)

// page is a text about the program that a flag of kingpin asks for. kingpin itself
// writes those to the standard output of the process.
type page struct {
	context  *kingpin.ParseContext
	template string
}

// page returns the text that is asked for, if one is.
func (t *tool) page(args []string) (page, bool) {
	line, err := t.app.ParseContext(args)
	if err != nil {
		return page{}, false // Parse will say what is wrong
	}
	for _, element := range line.Elements {
		flag, ok := element.Clause.(*kingpin.FlagClause)
		if !ok {
			continue
		}
		switch flag.Model().Name {
		case "help-long":
			return page{line, kingpin.LongHelpTemplate}, true
		case "help-man":
			return page{line, manPage()}, true
		case "completion-script-bash":
			return page{line, t.script("bash")}, true
		case "completion-script-zsh":
			return page{line, t.script("zsh")}, true
		}
	}
	return page{}, false
}

// manPage is the template of kingpin with the version on one line, and with the line
// about the program that apropos looks for.
func manPage() string {
	return strings.NewReplacer(
		"{{.App.Version}}", ownVersion(),
		".SH \"NAME\"\n{{.App.Name}}", ".SH \"NAME\"\n{{.App.Name}} \\- "+summary,
	).Replace(kingpin.ManPageTemplate)
}
