package ctl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
)

// complete prints what the last word can become, each on its line.
func (t *tool) complete(words []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	for _, word := range candidates(t.app.Model(), words) {
		fmt.Fprintln(t.Out, word)
	}
}

// candidates are what the last word can become.
func candidates(app *kingpin.ApplicationModel, words []string) []string {
	words = joined(words)
	w := walk{flags: app.Flags, commands: app.Commands}
	last := words[len(words)-1]
	for _, word := range words[:len(words)-1] {
		w.step(word)
	}
	var found []string
	switch name, _, assigned := strings.Cut(last, "="); {
	case w.waiting != nil:
		found = wordsOf(w.waiting.Value)
	case assigned && strings.HasPrefix(name, "-"):
		found = w.assignments(name)
	case strings.HasPrefix(last, "-"):
		found = w.flagNames()
	default:
		found = w.names()
	}
	return slices.DeleteFunc(found, func(c string) bool { return !strings.HasPrefix(c, last) })
}

// joined undoes that bash makes three words of --output=json. What is behind the = is
// completed by itself then.
func joined(words []string) []string {
	var list []string
	for i, word := range words {
		afterFlag := i > 0 && strings.HasPrefix(words[i-1], "--")
		switch {
		case word == "=" && afterFlag && i == len(words)-1:
			list = append(list, "")
		case word != "=" || !afterFlag:
			list = append(list, word)
		}
	}
	return list
}

// walk is a way along the words of a command line.
type walk struct {
	flags    []*kingpin.FlagModel
	commands []*kingpin.CmdModel
	args     []*kingpin.ArgModel
	waiting  *kingpin.FlagModel // whose value comes next
}

// step takes one word.
func (w *walk) step(word string) {
	if w.waiting != nil {
		w.waiting = nil
		return
	}
	if strings.HasPrefix(word, "-") {
		if flag := w.flag(word); flag != nil && !flag.IsBoolFlag() {
			w.waiting = flag
		}
		return
	}
	for _, c := range w.commands {
		if c.Name == word {
			w.enter(c)
			return
		}
	}
	// An argument. It belongs to the command that is meant if none is named.
	if c := w.preset(); c != nil {
		w.enter(c)
		w.step(word)
	}
}

func (w *walk) enter(c *kingpin.CmdModel) {
	w.flags = slices.Concat(w.flags, c.Flags)
	w.commands, w.args = c.Commands, c.Args
}

// preset is the command that is meant if none is named.
func (w *walk) preset() *kingpin.CmdModel {
	for _, c := range w.commands {
		if c.Default {
			return c
		}
	}
	return nil
}

// flag finds a flag by its name with dashes.
func (w *walk) flag(word string) *kingpin.FlagModel {
	for _, f := range w.flags {
		if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
			return f
		}
	}
	return nil
}

// flagNames are the flags that can be given now.
func (w *walk) flagNames() []string {
	all := w.flags
	for at := w; at.preset() != nil; {
		next := *at
		next.enter(at.preset())
		at, all = &next, next.flags
	}
	var names []string
	for _, f := range all {
		switch {
		case f.Hidden:
		case f.IsBoolFlag() && slices.Contains(f.Default, "true"):
			names = append(names, "--no-"+f.Name)
		default:
			names = append(names, "--"+f.Name)
		}
	}
	return names
}

// assignments are --name=value for each value that a flag can have.
func (w *walk) assignments(name string) []string {
	flag := w.flag(name)
	if flag == nil {
		return nil
	}
	var all []string
	for _, word := range wordsOf(flag.Value) {
		all = append(all, name+"="+word)
	}
	return all
}

// names are the commands, or the values of the argument, that can come now.
func (w *walk) names() []string {
	var names []string
	for _, c := range w.commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	for _, a := range w.args {
		names = append(names, wordsOf(a.Value)...)
	}
	return names
}

// wordsOf are the words that a value can be, if there are few.
func wordsOf(v kingpin.Value) []string {
	if few, ok := v.(interface{ Words() []string }); ok {
		return few.Words()
	}
	return nil
}
