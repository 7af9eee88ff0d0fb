export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/**
 * What each shell has to be told. yargs can write such scripts, too, but theirs give bash the words as bash cuts them: at
 * every `@` and `:`, so that a reference such as `esol@production` could not be completed.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# retort completion for bash. Add to ~/.bashrc:  eval "$(retort completion bash)"
_retort() {
  local line="\${COMP_LINE:0:COMP_POINT}" value meaning
  local current="\${line##*[[:blank:]]}"
  # What bash will not replace, since it cuts words at "@" and ":".
  local kept="\${current%"$2"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value meaning; do
    if [[ $value == :files ]]; then
      compopt -o default
    else
      [[ $value == *@ ]] && compopt -o nospace
      COMPREPLY+=("\${value#"$kept"}")
    fi
  done < <(retort --complete-line "$line" 2>/dev/null)
}
complete -F _retort retort`,
  zsh: `#compdef retort
# retort completion for zsh. Add to ~/.zshrc, behind compinit:  eval "$(retort completion zsh)"
_retort() {
  local value meaning
  local -a items plain open
  while IFS=$'\\t' read -r value meaning; do
    if [[ $value == :files ]]; then
      _files
      return
    elif [[ $value == *@ ]]; then
      open+=("$value")
    elif [[ -z $meaning ]]; then
      plain+=("$value")
    else
      items+=("\${value//:/\\\\:}:$meaning")
    fi
  done < <(retort --complete-words "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#items )) && _describe retort items
  (( $#plain )) && compadd -a plain
  (( $#open )) && compadd -S '' -a open
}
compdef _retort retort`,
  fish: `# retort completion for fish. Add to ~/.config/fish/config.fish:  retort completion fish | source
function __retort_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (retort --complete-words $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c retort -f -a '(__retort_complete)'`,
};
