package ctl

import (
	"context"
	"fmt"
)

// completionFlag is what the scripts call the program with; the words of the command
// line follow, up to the one that is to be completed.
const completionFlag = "--completion-bash"

const completionHelp = `Print a script that completes commands and flags.

  bash:  source <(tocsinctl completion bash)
  zsh:   source <(tocsinctl completion zsh)
  fish:  tocsinctl completion fish | source`

func completionCommand(t *tool) {
	shell := new(string)
	cmd := t.command(t.app, "completion", completionHelp, func(context.Context) error { return t.print(t.script(*shell)) })
	cmd.Arg("shell", "bash, zsh or fish.").Required().SetValue(choice{"shell", shell, []string{"bash", "zsh", "fish"}})
}

// script completes the program under the name that it was called by.
func (t *tool) script(shell string) string {
	scripts := map[string]string{
		"bash": `_%[1]s() {
    local IFS=$'\n'
    COMPREPLY=($("${COMP_WORDS[0]}" %[2]s "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _%[1]s %[1]s
`,
		"zsh": `#compdef %[1]s
_%[1]s() {
    local -a found
    found=(${(f)"$("${words[1]}" %[2]s "${(@)words[2,$CURRENT]}" 2>/dev/null)"})
    if (( $#found )); then compadd -a found; else _files; fi
}
if [[ "$funcstack[1]" == _%[1]s ]]; then _%[1]s "$@"; else compdef _%[1]s %[1]s; fi
`,
		"fish": `function __%[1]s_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] %[2]s $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c %[1]s -f -a '(__%[1]s_complete)'
`,
	}
	return fmt.Sprintf(scripts[shell], t.name, completionFlag)
}
