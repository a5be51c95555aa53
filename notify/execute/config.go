package execute

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of exec_configs.
type Config struct {
	notify.Common `yaml:",inline"`
	// Command is the path of a program and its arguments. None of them is a
	// template.
	Command []string `yaml:"command"`
	// Env maps names that begin with TOCSIN_ to templates.
	Env        map[string]template.Text `yaml:"env,omitempty"`
	WorkingDir string                   `yaml:"working_dir"`
	// RetryExitCodes are those after which the program is run again.
	RetryExitCodes []int `yaml:"retry_exit_codes"`
	// MaxAlerts is how many alerts one message has at most; 0: all.
	MaxAlerts uint64 `yaml:"max_alerts,omitempty"`
}

// tempFail is EX_TEMPFAIL of sysexits.h: what a program says that wants to be
// asked again.
const tempFail = 75

const defaultTimeout = 30 * time.Second

func defaults() Config {
	return Config{
		Common:         notify.Common{SendResolved: true, Timeout: defaultTimeout},
		WorkingDir:     "/",
		RetryExitCodes: []int{tempFail},
	}
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return errors.New("command, a program and its arguments, must be configured")
	}
	if !strings.ContainsAny(c.Command[0], "/"+string(filepath.Separator)) {
		return fmt.Errorf("command[0]: %q is not a path, such as /usr/local/bin/page", c.Command[0])
	}
	for i, arg := range c.Command {
		switch {
		case strings.Contains(arg, "{{"):
			return fmt.Errorf("command[%d]: not a template; what an alert says is on the standard input and in env", i)
		case strings.ContainsRune(arg, 0):
			return fmt.Errorf("command[%d]: has a zero byte", i)
		}
	}
	return errors.Join(c.checkEnv(), c.checkCodes())
}

var variable = regexp.MustCompile(`^TOCSIN_[A-Za-z0-9_]+$`)

// checkEnv keeps what alerts say out of variables that mean something to the
// system, such as PATH or LD_PRELOAD.
func (c Config) checkEnv() error {
	for _, key := range slices.Sorted(maps.Keys(c.Env)) {
		if !variable.MatchString(key) {
			return fmt.Errorf("env: %q must be TOCSIN_ followed by letters, digits and _", key)
		}
	}
	return nil
}

func (c Config) checkCodes() error {
	const most = 255
	for i, code := range c.RetryExitCodes {
		if code < 1 || code > most {
			return fmt.Errorf("retry_exit_codes[%d]: %d is not from 1 to %d", i, code, most)
		}
	}
	return nil
}

// Locate makes relative paths begin at dir.
func (c *Config) Locate(dir string) {
	c.Command = slices.Clone(c.Command)
	c.Command[0] = commoncfg.JoinDir(dir, c.Command[0])
	c.WorkingDir = commoncfg.JoinDir(dir, c.WorkingDir)
}

func (c Config) retried(code int) bool { return slices.Contains(c.RetryExitCodes, code) }

// makeAbsolute makes paths hold wherever the program runs.
func (c *Config) makeAbsolute() error {
	program, err := filepath.Abs(c.Command[0])
	if err != nil {
		return fmt.Errorf("command: %w", err)
	}
	if c.WorkingDir, err = filepath.Abs(c.WorkingDir); err != nil {
		return fmt.Errorf("working_dir: %w", err)
	}
	c.Command = append([]string{program}, c.Command[1:]...)
	return nil
}
