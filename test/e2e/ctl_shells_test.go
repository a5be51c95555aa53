package e2e_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCtlCompletion lets bash complete.
func TestCtlCompletion(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	bash := client{need(t, "bash", "bash"), filepath.Dir(ours.path)}
	for line, want := range map[string]string{
		"(tocsinctl silence up) 2":    "update",
		"(tocsinctl -o '') 2":         "simple extended json",
		"(tocsinctl -o = js) 3":       "",
		"(tocsinctl --output = js) 3": "json",
		"(tocsinctl alert 'a b') 2":   "",
	} {
		words, at, _ := strings.Cut(line, ") ")
		script := `PATH=$PWD:$PATH; source <(tocsinctl completion bash); COMP_WORDS=` + words + `); COMP_CWORD=` + at + `; _tocsinctl; echo "${COMPREPLY[@]}"`
		if got := strings.TrimSpace(bash.must(t, "-c", script)); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestCtlCompletionInShells lets zsh and fish complete.
func TestCtlCompletionInShells(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	dir := filepath.Dir(ours.path)
	write(t, dir, "file.yml", "")
	fish, zsh := client{need(t, "fish", "fish"), dir}, client{need(t, "zsh", "zsh"), dir}
	for line, want := range map[string]string{
		"tocsinctl silence up":         "update",
		"tocsinctl -o ":                "extended json simple",
		"tocsinctl --output=js":        "--output=json",
		"tocsinctl check-config file.": "file.yml",
	} {
		script := "set PATH $PWD $PATH; tocsinctl completion fish | source; complete -C '" + line + "'"
		if got := sortedWords(fish.must(t, "-c", script)); got != want {
			t.Errorf("fish: %s: %q, want %q", line, got, want)
		}
		// The parts of zsh that complete work on a terminal only: these stand for them.
		const stubs = `compdef() {}; compadd() { print -rl -- "${(@P)2}" }; _files() { print -l file.* }; `
		words := strings.Split(line, " ")
		script = "PATH=$PWD:$PATH; " + stubs + "source <(tocsinctl completion zsh); words=('" + strings.Join(words, "' '") + "'); CURRENT=$#words; _tocsinctl"
		if got := sortedWords(zsh.must(t, "-f", "-c", script)); got != want {
			t.Errorf("zsh: %s: %q, want %q", line, got, want)
		}
	}
}

func sortedWords(text string) string {
	return strings.Join(slices.Sorted(strings.FieldsSeq(text)), " ")
}
