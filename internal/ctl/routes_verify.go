package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// routesVerify is "routes test".
type routesVerify struct {
	routesTest
	cases []string
}

const routesVerifyHelp = `Tell which receivers an alert is for, or run tests from a file.

Arguments are the labels of the alert, such as service=database. The receivers are printed in the order of the routes.

With --tests nothing is printed but what is not as expected, and how many tests there were:

  routes test --tests=routes-test.yml --config.file=tocsin.yml`

func defineRoutesVerify(r *routes, group parent) {
	c := &routesVerify{routesTest: routesTest{routes: r}}
	cmd := r.command(group, "test", routesVerifyHelp, c.run)
	cmd.Flag("tests", "Run the tests in this file. May be repeated.").PlaceHolder("FILE").StringsVar(&c.cases)
	cmd.Flag("verify.receivers", "Fail if these are not the receivers: their names with commas between them, in the same order.").
		PlaceHolder("NAMES").StringVar(&c.verify)
	cmd.Flag("tree", "Draw the routes that match.").BoolVar(&c.asTree)
	cmd.Arg("labels", "The labels of the alert.").StringsVar(&c.labels)
}

// casesReport is what came of a file with tests.
type casesReport struct {
	File   string       `json:"file"`
	Tests  int          `json:"tests"`
	Failed []failedCase `json:"failed"`
}

// failedCase is one thing that is not as a test expects.
type failedCase struct {
	Test    string `json:"test,omitempty"` // its name
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Message string `json:"message"`

	text string
}

func (c *routesVerify) run(ctx context.Context) error {
	if len(c.cases) == 0 {
		return c.routesTest.run(ctx)
	}
	if len(c.labels) > 0 || c.verify != "" || c.asTree {
		return errors.New("--tests: the file says what to test; leave out labels, --verify.receivers and --tree")
	}
	reports := make([]casesReport, len(c.cases))
	tests, failed := 0, 0
	for i, path := range c.cases {
		var err error
		if reports[i], err = c.runFile(ctx, path); err != nil {
			return err
		}
		tests += reports[i].Tests
		failed += reports[i].failures()
	}
	if err := c.printReports(reports); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, count(tests, "test"))
	}
	return nil
}

func (c *routesVerify) runFile(ctx context.Context, path string) (casesReport, error) {
	report := casesReport{File: path, Failed: []failedCase{}}
	cases, err := readCases(path)
	if err != nil {
		return report, err
	}
	in, err := c.routing(ctx, cases.Config)
	if err != nil {
		return report, err
	}
	report.Tests = len(cases.Tests)
	for i, test := range cases.Tests {
		for _, problem := range test.run(in, c.Now()) {
			for _, at := range cases.at(i, problem) {
				report.Failed = append(report.Failed, failedCase{test.Name, at.Path, at.Line, at.Err.Error(), at.Error()})
			}
		}
	}
	return report, nil
}

// failures counts the tests that failed, of which one may have several reasons.
func (r casesReport) failures() int {
	paths := make(map[string]bool)
	for _, f := range r.Failed {
		paths[f.Path] = true
	}
	return len(paths)
}

func (c *routesVerify) printReports(reports []casesReport) error {
	if c.speaksJSON() {
		return c.printJSON(reports)
	}
	var b strings.Builder
	for _, r := range reports {
		result := c.paint(green, "passed")
		if failed := r.failures(); failed > 0 {
			result = c.paint(red, fmt.Sprintf("%d failed", failed))
		}
		fmt.Fprintf(&b, "%s: %s, %s\n", r.File, count(r.Tests, "test"), result)
		for _, f := range r.Failed {
			b.WriteString("    " + f.text + "\n")
		}
	}
	return c.print(b.String())
}

// routing is what the tests of a file are run against: the file that a flag names, or
// that which they name themselves, or a daemon.
func (c *routesVerify) routing(ctx context.Context, named string) (routing, error) {
	if c.file != "" {
		named = c.file
	}
	if named != "" {
		cfg, err := c.load(named)
		if err != nil {
			return routing{}, err
		}
		return routing{cfg.Tree, cfg.Intervals}, nil
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return routing{}, err
	}
	s, err := daemon.Status(ctx)
	if err != nil {
		return routing{}, err
	}
	root, err := c.ofText(s.Config.Original)
	if err != nil {
		return routing{}, err
	}
	intervals, err := intervalsOf(s.Config.Original)
	return routing{root, intervals}, err
}

// intervalsOf reads the time intervals of a configuration that a daemon shows.
func intervalsOf(text string) (timeinterval.Set, error) {
	doc, err := yamlx.Parse([]byte(text))
	var sections map[string]*yamlx.Raw
	if err == nil {
		err = doc.Decode(&sections)
	}
	set := make(timeinterval.Set)
	for _, key := range []string{"mute_time_intervals", "time_intervals"} {
		var list []timeinterval.Named
		if err == nil {
			err = sections[key].Decode(&list)
		}
		for _, n := range list {
			set[n.Name] = n.Intervals
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownConfig, err)
	}
	return set, nil
}
