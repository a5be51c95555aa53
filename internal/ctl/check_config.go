package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify/all"
	"github.com/tocsin-alerting/tocsin/template"
)

// checkConfig is "check-config".
type checkConfig struct {
	*tool
	files           []string
	strict          bool // warnings are mistakes
	strictTemplates bool
	expand          bool
	against         address          // of the daemon that a file is compared with
	kinds           map[string]*bool // by the flag that some kinds of integrations need
}

const checkConfigHelp = `Check configuration files, and the templates that they name.

Without a file standard input is checked. Everything that is wrong is listed, with path and line. What is legal and probably not meant, files that cannot be read, and templates that fail for a stock notification, are warnings.

With --diff what a reload would change on a running daemon is listed as well.`

func checkConfigCommand(t *tool) {
	c := &checkConfig{tool: t, kinds: make(map[string]*bool), against: address{flag: "--diff"}}
	cmd := t.command(t.app, "check-config", checkConfigHelp, c.run)
	cmd.Flag("strict", "Every warning is a mistake.").BoolVar(&c.strict)
	cmd.Flag("diff", "Address of a daemon: show what it would change if it read the file.").PlaceHolder("URL").SetValue(&c.against)
	cmd.Flag("config.strict-templates", "A template that fails is a mistake, as for a daemon with this flag.").BoolVar(&c.strictTemplates)
	cmd.Flag("config.expand-secrets", "Put environment variables and files in the place of references in secrets, as a daemon with this flag.").BoolVar(&c.expand)
	for _, flag := range kindFlags() {
		c.kinds[flag] = cmd.Flag(flag, "Check as for a daemon with this flag.").Bool()
	}
	cmd.Arg("files", "The files to check.").StringsVar(&c.files)
}

// kindFlags are the flags of the daemon without which it refuses integrations of
// some kinds.
func kindFlags() []string {
	var flags []string
	for _, kind := range all.Kinds() {
		if kind.Flag != "" {
			flags = append(flags, kind.Flag)
		}
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

const standardInput = "/dev/stdin"

func (c *checkConfig) run(ctx context.Context) error {
	files := c.files
	if len(files) == 0 {
		if c.InTerminal {
			return errors.New("no file to check: name one, or write it to standard input")
		}
		files = []string{standardInput}
	}
	if c.against.url != nil && len(files) > 1 {
		return errors.New("--diff: name one file, since a daemon reads one")
	}
	reports := make([]*checkReport, len(files))
	bad := 0
	for i, path := range files {
		var err error
		if reports[i], err = c.report(ctx, path); err != nil {
			return err
		}
		if !reports[i].Valid {
			bad++
		}
		if c.speaksJSON() {
			continue
		}
		if err := c.print(c.text(reports[i])); err != nil {
			return err
		}
	}
	if c.speaksJSON() {
		if err := c.printJSON(reports); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("not valid: %d of %d files", bad, len(files))
	}
	return nil
}

// report looks at one file, and compares it with a daemon if that is asked for. The
// error is about the daemon.
func (c *checkConfig) report(ctx context.Context, path string) (*checkReport, error) {
	r := &checkReport{File: path, Problems: []checkProblem{}, Warnings: []string{}}
	cfg := c.check(path, r)
	if c.strict {
		r.failOnWarnings()
	}
	if cfg == nil || c.against.url == nil {
		return r, nil
	}
	var err error
	r.Diff, err = c.compare(ctx, cfg)
	return r, err
}

// check looks at one file. It returns nil if that is no configuration.
func (c *checkConfig) check(path string, r *checkReport) *config.Config {
	text, dir, err := c.read(path)
	if err != nil {
		r.fail(err)
		return nil
	}
	cfg, err := config.Parse(text, config.Options{
		Kinds: all.Kinds(), Syntax: c.syntax, Flags: c.flags(), Dir: dir, ExpandSecrets: c.expand,
	})
	if err != nil {
		r.fail(err)
		return nil
	}
	r.Valid = true
	r.Found = &checkFound{len(cfg.InhibitRules), len(cfg.Receivers), len(cfg.Templates)}
	r.Warnings = append(r.Warnings, cfg.Warnings...)
	for _, p := range cfg.CheckFiles() {
		r.Warnings = append(r.Warnings, p.Error())
	}
	c.checkTemplates(cfg, r)
	return cfg
}

// read returns a file and the folder at which paths in it begin.
func (c *checkConfig) read(path string) (text []byte, dir string, err error) {
	if path == standardInput {
		text, err = io.ReadAll(c.In)
		return text, "", err
	}
	text, err = os.ReadFile(path)
	return text, filepath.Dir(path), err
}

func (c *checkConfig) flags() []string {
	var set []string
	for flag, on := range c.kinds {
		if *on {
			set = append(set, flag)
		}
	}
	return set
}

func (c *checkConfig) checkTemplates(cfg *config.Config, r *checkReport) {
	set, err := template.New(cfg.Templates)
	if err != nil {
		r.TemplatesFailed = true
		r.fail(err)
		return
	}
	problems := cfg.CheckTemplates(set)
	if len(problems) == 0 {
		return
	}
	if c.strictTemplates {
		r.TemplatesFailed = true
		r.fail(problems)
		return
	}
	for _, p := range problems {
		r.Warnings = append(r.Warnings, "template fails: "+p.Error())
	}
}
