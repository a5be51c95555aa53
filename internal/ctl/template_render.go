package ctl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/tocsin-alerting/tocsin/template"
)

func templateCommands(t *tool) {
	group := t.group(t.app, "template", "Try templates.")
	defineTemplateRender(t, group)
}

// templateRender is "template render".
type templateRender struct {
	*tool
	globs []string
	text  string
	kind  string
	data  string
	live  liveData
}

const templateRenderHelp = `Render a text as a message of an integration would be.

The text may use the built-in templates and those of the files:

  template render --template.glob='/etc/tocsin/*.tmpl' --template.text='{{ template "mine" . }}'

With --live the data is that of a group of the daemon, as its receiver would be told of it now; arguments are matchers that its alerts must match. If there are several such groups it is the first one.`

func defineTemplateRender(t *tool, group parent) {
	c := &templateRender{tool: t}
	cmd := t.command(group, "render", templateRenderHelp, c.run)
	cmd.Flag("template.glob", "Files with templates, such as 'templates/*.tmpl'. Required, but it need not match a file. May be repeated.").StringsVar(&c.globs)
	cmd.Flag("template.text", "The text to render. Required.").StringVar(&c.text)
	cmd.Flag("template.type", "What the text is: text or html.").Default("text").
		SetValue(choice{"--template.type", &c.kind, []string{"text", "html"}})
	cmd.Flag("template.data", "File with the data in JSON, as a webhook gets it. Default: a stock notification.").PlaceHolder("FILE").StringVar(&c.data)
	c.live.define(cmd)
}

func (c *templateRender) run(ctx context.Context) error {
	switch {
	case len(c.globs) == 0:
		return errors.New("required flag --template.glob not provided, try --help")
	case c.text == "":
		return errors.New("required flag --template.text not provided, try --help")
	}
	data, err := c.readData(ctx)
	if err != nil {
		return err
	}
	set, err := template.New(c.globs)
	if err != nil {
		return err
	}
	render := set.Text
	if c.kind == "html" {
		render = set.HTML
	}
	text, err := render(template.Text(c.text), data)
	switch {
	case err != nil:
		return err
	case c.speaksJSON():
		return c.printJSON(map[string]string{"text": text})
	}
	return c.print(text)
}

func (c *templateRender) readData(ctx context.Context) (*template.Data, error) {
	if err := c.live.check(c.data); err != nil {
		return nil, err
	}
	switch {
	case c.live.wanted:
		return c.live.read(ctx, c.tool)
	case c.data == "":
		return template.Stock(), nil
	}
	text, err := os.ReadFile(c.data)
	if err != nil {
		return nil, fmt.Errorf("--template.data: %w", err)
	}
	data := new(template.Data)
	if err := json.Unmarshal(text, data); err != nil {
		return nil, fmt.Errorf("--template.data %s: %w", c.data, err)
	}
	return data, nil
}
