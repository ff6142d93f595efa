// The script for zsh: a table of the commands, and a function that reads the words and offers what fits, with what it means.
import { valueWord } from './completion-bash.ts';
import type { Completed, CompletedOption, CompletionModel } from './completion-model.ts';

export function zshScript({ commonOptions, commands }: CompletionModel): string {
  return `#compdef lanchat
# zsh completion of lanchat, made by "lanchat completion zsh". In ~/.zshrc, after compinit: eval "$(lanchat completion zsh)"

# What may come behind a command: into commands, options, takes (of options) and arguments of the caller.
_lanchat_at() {
  commands=() options=() takes=() arguments=()
  case "$1" in
${commands.map(tableEntry).join('\n')}
  esac
  options+=(${shownOptions(commonOptions)})
  takes+=(${takenBy(commonOptions)})
}

_lanchat_values() {
  local -a names
  case "$1" in
    words:*) compadd -- "\${(@s.:.)1#words:}"; return ;;
    files) _files; return ;;
    folders) _files -/; return ;;
    people|rooms|people-or-rooms) ;;
    *) return 1 ;;
  esac
  names=("\${(@f)$(command lanchat completion names \${home:+--home=$home} </dev/null 2>/dev/null)}")
  case "$1" in
    people) names=("\${(@)names:#[#+]*}") ;;
    rooms) names=("\${(@M)names:#[#+]*}") ;;
  esac
  compadd -- "\${(@)names:#}"
}

_lanchat() {
  local at='' expected='' option='' home='' ended='' word
  local -i position=0
  local -a commands options arguments
  local -A takes
  _lanchat_at ''
  for word in "\${(@Q)words[2,CURRENT-1]}"; do
    if [[ -n $expected ]]; then
      if [[ $option == --home ]]; then home=$word; fi
      expected=''
    elif [[ -z $ended && $word == -- ]]; then ended=1
    elif [[ -z $ended && $word == --home=* ]]; then home=\${word#*=}
    elif [[ -z $ended && $word == -?* ]]; then
      option=$word
      expected=\${takes[$option]-}
    elif (( position == 0 )) && (( \${commands[(I)\${(b)word}:*]} )); then
      at=\${at:+$at }$word
      _lanchat_at "$at"
    else
      position+=1
    fi
  done
  home=\${home/#\\~\\//$HOME/}

  if [[ -n $expected ]]; then
    _lanchat_values "$expected"
  elif [[ -z $ended && $PREFIX == --*=* ]]; then
    option=\${PREFIX%%=*}
    compset -P 1 '*='
    _lanchat_values "\${takes[$option]-}"
  elif [[ -z $ended && $PREFIX == -* ]]; then
    _describe -o option options
  else
    if [[ \${arguments[-1]-} == *... ]] && (( position >= $#arguments )); then
      position=$(( $#arguments - 1 ))
    fi
    if (( position == 0 && $#commands )); then _describe command commands; fi
    _lanchat_values "\${arguments[position+1]%...}"
  fi
}

if [[ "\${funcstack[1]-}" == _lanchat ]]; then _lanchat "$@"; else compdef _lanchat lanchat; fi
`;
}

function tableEntry(node: Completed): string {
  const last = node.arguments.length - 1;
  const taken = node.arguments.map((value, n) =>
    quoted(valueWord(value) + (node.isVariadic && n === last ? '...' : '')),
  );
  const parts = [
    `commands=(${node.commands.map(({ name, about }) => described(name, about)).join(' ')})`,
    `options=(${shownOptions(node.options)})`,
    `takes=(${takenBy(node.options)})`,
    `arguments=(${taken.join(' ')})`,
  ];
  return `    ${quoted(node.path)}) ${parts.join(' ')} ;;`;
}

function shownOptions(options: readonly CompletedOption[]): string {
  return options
    .flatMap(({ names, about }) => names.map((name) => described(name, about)))
    .join(' ');
}

/** Pairs of an option and the kind of value that it takes. */
function takenBy(options: readonly CompletedOption[]): string {
  return options
    .flatMap(({ names, value }) =>
      value === null ? [] : names.map((name) => `${quoted(name)} ${quoted(valueWord(value))}`),
    )
    .join(' ');
}

/** No name of ours has a colon. */
function described(name: string, about: string): string {
  return quoted(`${name}:${about}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
