/*
 * What a shell runs to complete a line: it asks `millrace complete` with the words that are typed so far, and takes
 * a line for each that may follow: the word, a tab, and what it is. The one line `:files` leaves it to the shell.
 *
 * The words are handed over as they are and never evaluated: a `$(…)` that somebody is typing must not run.
 */

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** Completes from its own words: it needs no package for completion. */
const BASH = `# bash completion for millrace: put into ~/.bashrc
#   source <(millrace completion bash)
_millrace() {
  local lines
  COMPREPLY=()
  mapfile -t lines < <(command millrace complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # Nothing in COMPREPLY lets readline complete paths.
  [[ \${lines[0]-} == :files ]] && return
  compopt +o default +o bashdefault
  COMPREPLY=("\${lines[@]%%$'\\t'*}")
}
complete -o default -o bashdefault -F _millrace millrace
`

const ZSH = `#compdef millrace
# zsh completion for millrace: put into ~/.zshrc, below compinit
#   source <(millrace completion zsh)
_millrace() {
  local -a lines described
  local line
  lines=("\${(@f)$(command millrace complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ \${lines[1]} == :files ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n $line ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  # Behind an equals sign only the value is replaced.
  compset -P '--*='
  _describe millrace described
}
compdef _millrace millrace
`

const FISH = `# fish completion for millrace: put into ~/.config/fish/config.fish
#   millrace completion fish | source
function __millrace_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (command millrace complete -- $words[2..-1] 2>/dev/null)
  if test "$lines[1]" = :files
    __fish_complete_path (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    return
  end
  set -l flag (string match -r -- '^--[a-z-]+=' (commandline -ct))
  for line in $lines
    echo -- "$flag$line"
  end
end
complete -c millrace -f -a '(__millrace_complete)'
`

export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
}
