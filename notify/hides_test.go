package notify_test

import (
	"reflect"
	"testing"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestHides(t *testing.T) {
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[notify.Secret]():    true,
		reflect.TypeFor[commoncfg.Secret](): true,
		reflect.TypeFor[notify.URL]():       false,
		reflect.TypeFor[template.Text]():    false,
		reflect.TypeFor[string]():           false,
		reflect.TypeFor[commoncfg.URL]():    false,
		reflect.TypeFor[any]():              false,
	} {
		if got := notify.Hides(typ); got != want {
			t.Errorf("%s: %v, want %v", typ, got, want)
		}
	}
}
