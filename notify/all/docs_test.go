package all_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/golden"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/all"
	"github.com/tocsin-alerting/tocsin/template"
)

const docsHead = `# Receivers

<!-- Made by a test from the program; do not edit. To make it anew: go test ./notify/all -update -->

A receiver is a name and the integrations that are told under it. Integrations of one kind are a list under the key NAME_configs. Each kind has a page
with all there is to say, and an example that works as it is. Every kind has these keys:

| key | value | meaning |
|---|---|---|
| ` + "`send_resolved`" + ` | true or false | whether resolved alerts are told |
| ` + "`timeout`" + ` | duration | for one attempt; 5m where no other default is given |
| ` + "`http_config`" + ` | mapping | kinds that speak HTTP: [how](configuration.md#http_config), if not as in the global section |

Values are secret where it is said so: they are never shown, and [can refer](configuration.md#references-to-secrets) to variables and files.
A template is a text with [templates](templates.md).

To see what a receiver would send, or to send it a notification that is marked as a test, ask the daemon (` + "`integration`" + ` and ` + "`alerts`" + ` can be left out):

` + "```sh" + `
curl -X POST http://localhost:9093/api/tocsin/v1/receivers/NAME/test -H 'Content-Type: application/json' \
  -d '{"mode": "render", "integration": "slack[0]", "alerts": [{"labels": {"alertname": "DiskFull"}}]}'
` + "```" + `

The mode ` + "`send`" + ` sends it, with one attempt for each integration. Secrets are hidden in the answer, and groups know nothing of it.
`

// TestDocs wants docs/receivers.md to be what the kinds say of themselves.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString(docsHead)
	for _, kind := range all.Kinds() {
		section(t, &b, kind)
	}
	golden.File(t, "../../docs/receivers.md", b.String())
}

func section(t *testing.T, b *strings.Builder, kind notify.Kind) {
	t.Helper()
	fmt.Fprintf(b, "\n## %s\n\n%s\n[All about it](receivers/%s.md) · [example](../examples/receivers/%s.yml)\n", kind.Name, opening(t, kind.Name), kind.Name, kind.Name)
	if kind.Flag != "" {
		fmt.Fprintf(b, "\nConfigurations with it are refused unless tocsin is started with `--%s`.\n", kind.Flag)
	}
	fmt.Fprintf(b, "\nA list under `%s_configs`:\n\n| key | value | default |\n|---|---|---|\n", kind.Name)
	var k keys
	k.of(reflect.ValueOf(kind.Defaults()), "")
	for _, row := range k.rows {
		b.WriteString(row)
	}
	globals := kind.Globals()
	if globals == nil {
		return
	}
	k = keys{}
	k.of(reflect.ValueOf(globals), "")
	if len(k.rows) == 0 {
		return
	}
	b.WriteString("\nUnder `global`, for entries that lack it:\n\n| key | value | default |\n|---|---|---|\n")
	for _, row := range k.rows {
		b.WriteString(row)
	}
}

// opening is the first paragraph of the page of a kind.
func opening(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("../../docs/receivers", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	title, rest, _ := strings.Cut(string(page), "\n\n")
	if title != "# "+name {
		t.Fatalf("the page of %s begins with %q", name, title)
	}
	paragraph, _, _ := strings.Cut(rest, "\n\n")
	for _, other := range all.Kinds() {
		paragraph = strings.ReplaceAll(paragraph, "]("+other.Name+".md)", "](receivers/"+other.Name+".md)")
	}
	return strings.TrimSpace(paragraph)
}

// keys are the rows of a table of keys.
type keys struct{ rows []string }

// of adds the keys of a value, which stand below others.
func (k *keys) of(v reflect.Value, above string) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v = reflect.Zero(v.Type().Elem())
			continue
		}
		v = v.Elem()
	}
	for field, value := range v.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case !field.IsExported() || name == "-":
		case strings.Contains(options, "inline"):
			k.of(value, above)
		case name == "http_config": // explained once
		default:
			k.add(above+name, value)
		}
	}
}

func (k *keys) add(key string, v reflect.Value) {
	k.rows = append(k.rows, fmt.Sprintf("| `%s` | %s | %s |\n", key, valueOf(v.Type()), shownDefault(v)))
	typ, mark := v.Type(), "."
	for !leaf(typ) && typ.Kind() != reflect.Struct {
		switch typ.Kind() {
		case reflect.Slice:
			mark = "[]."
		case reflect.Map:
			mark = ".*."
		case reflect.Pointer:
		default:
			return
		}
		typ = typ.Elem()
	}
	if leaf(typ) || strings.Count(key, ".") > 3 {
		return
	}
	below := reflect.Zero(typ)
	if v.Kind() == reflect.Struct || v.Kind() == reflect.Pointer && !v.IsNil() {
		below = v
	}
	k.of(below, key+mark)
}

// leaf reports whether values of a type are written in one piece, or explained
// elsewhere.
func leaf(typ reflect.Type) bool {
	switch typ {
	case reflect.TypeFor[commoncfg.TLSConfig](), reflect.TypeFor[commoncfg.HTTPClientConfig]():
		return true
	}
	_, own := reflect.TypeAssert[interface {
		UnmarshalYAML(unmarshal func(any) error) error
	}](reflect.New(typ))
	return own
}

// valueOf says what is wanted.
func valueOf(typ reflect.Type) string {
	switch typ {
	case reflect.TypeFor[commoncfg.TLSConfig]():
		return "[tls_config](configuration.md#tls_config)"
	case reflect.TypeFor[commoncfg.HTTPClientConfig]():
		return "[http_config](configuration.md#http_config)"
	case reflect.TypeFor[template.Text]():
		return "template"
	case reflect.TypeFor[notify.URL]():
		return "URL"
	case reflect.TypeFor[time.Duration]():
		return "duration"
	}
	if notify.Hides(typ) {
		return "secret"
	}
	switch typ.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Pointer:
		return valueOf(typ.Elem())
	case reflect.Slice:
		return "list: " + valueOf(typ.Elem())
	case reflect.Map:
		return "mapping: " + valueOf(typ.Elem())
	case reflect.Struct:
		return "mapping"
	case reflect.Interface:
		return "anything"
	}
	if strings.HasSuffix(typ.Name(), "Duration") {
		return "duration"
	}
	return "number"
}

// shownDefault is what holds if a key is missing; nothing if that is nothing.
func shownDefault(v reflect.Value) string {
	if v.IsZero() && v.Kind() != reflect.Bool || v.Kind() == reflect.Struct {
		return ""
	}
	text, err := yaml.Marshal(v.Interface())
	if err != nil {
		return ""
	}
	shown := strings.TrimSpace(string(text))
	if strings.Contains(shown, "\n") || len(shown) > 120 {
		return "see its page"
	}
	return "`" + strings.ReplaceAll(shown, "|", `\|`) + "`"
}
