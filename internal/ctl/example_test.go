package ctl

import "testing"

// TestRoutesExample runs the example of tests of routes.
func TestRoutesExample(t *testing.T) {
	const dir = "../../examples/routes/"
	got := runIn(t, World{Now: now}, nil, "routes", "test", "--tests="+dir+"routes-test.yml")
	if want := (printed{0, dir + "routes-test.yml: 3 tests, passed\n", ""}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := runIn(t, World{}, nil, "check-config", "--strict", dir+"tocsin.yml"); got.Code != 0 {
		t.Errorf("%+v", got)
	}
}
