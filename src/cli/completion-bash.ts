// The script for bash, 3.2 and later: a table of the commands, and a function that reads the line and offers what fits.
import type { Completed, CompletedOption, CompletionModel, Value } from './completion-model.ts';

export function bashScript({ commonOptions, commands }: CompletionModel): string {
  return `# bash completion of lanchat, made by "lanchat completion bash". In ~/.bashrc: eval "$(lanchat completion bash)"

# What may come behind a command: into commands, options and arguments of the caller.
_lanchat_at() {
  commands='' options='' arguments=''
  case "$1" in
${commands.map(tableEntry).join('\n')}
  esac
  options+=' ${commonOptions.map(optionWords).join(' ')}'
}

# The kind of value that option $1 takes, into expected of the caller.
_lanchat_value() {
  local each
  expected=''
  for each in $options; do
    if [[ $each == "$1="* ]]; then expected=\${each#*=}; fi
  done
}

# Nothing of a name is run or expanded: others chose it.
_lanchat_offer() {
  local reply
  [[ $1 == "$current"* ]] || return 0
  reply=$1
  if [[ -z $quote ]]; then
    printf -v reply %q "$1"
    reply=\${reply#"$kept"}
  else
    # Behind an open quote it goes as it is: what would end the quote, or mean something in it, is not offered.
    case "$quote$1" in
      \\'*\\'* | \\"*[\\"\\\\\\$\\\`\\!]* | *[[:cntrl:]]*) return 0 ;;
    esac
  fi
  COMPREPLY+=("$reply")
}

_lanchat_offer_value() {
  local name pattern
  case "$1" in
    words:*)
      local IFS=:
      for name in \${1#words:}; do _lanchat_offer "$2$name"; done
      return 0 ;;
    people) pattern='[!#+]*' ;;
    rooms) pattern='[#+]*' ;;
    people-or-rooms) pattern='*' ;;
    files) compopt -o default 2>/dev/null; return 0 ;;
    folders) compopt -o dirnames 2>/dev/null; return 0 ;;
    *) return 0 ;;
  esac
  while IFS= read -r name; do
    if [[ $name == $pattern ]]; then _lanchat_offer "$2$name"; fi
  done < <(command lanchat completion names \${home:+"--home=$home"} </dev/null 2>/dev/null)
}

_lanchat() {
  local IFS=$' \\t\\n' line=\${COMP_LINE:0:COMP_POINT}
  local current='' quote='' escaped='' begun='' kept='' raw='' c i
  local -a typed
  COMPREPLY=()
  # Nobody types a line so long, and it would be slow.
  if ((\${#line} > 2000)); then return 0; fi
  for ((i = 0; i < \${#line}; i++)); do
    c=\${line:i:1}
    raw+=$c
    if [[ -n $escaped ]]; then current+=$c escaped=''
    elif [[ $c == \\\\ && $quote != "'" ]]; then escaped=1 begun=1
    elif [[ -n $quote ]]; then
      if [[ $c == "$quote" ]]; then quote=''; else current+=$c; fi
    elif [[ $c == [\\'\\"] ]]; then quote=$c begun=1
    elif [[ $c == [[:blank:]] ]]; then
      if [[ -n $begun ]]; then typed+=("$current"); fi
      current='' begun='' raw='' kept=''
    else
      current+=$c begun=1
      # The shell keeps what stands before the last of these, and puts what is offered behind it.
      case "$COMP_WORDBREAKS" in
        *"$c"*) if [[ $c == [@$] ]]; then kept=\${raw%?}; else kept=$raw; fi ;;
      esac
    fi
  done

  local path='' commands options arguments expected='' option='' home='' ended='' position=0 word
  _lanchat_at ''
  for word in "\${typed[@]:1}"; do
    if [[ -n $expected ]]; then
      if [[ $option == --home ]]; then home=$word; fi
      expected=''
    elif [[ -z $ended && $word == -- ]]; then ended=1
    elif [[ -z $ended && $word == --home=* ]]; then home=\${word#*=}
    elif [[ -z $ended && $word == -?* ]]; then
      option=$word
      _lanchat_value "$option"
    elif ((position == 0)) && [[ " $commands " == *" $word "* ]]; then
      path=\${path:+$path }$word
      _lanchat_at "$path"
    else
      position=$((position + 1))
    fi
  done
  home=\${home/#\\~\\//$HOME/}

  if [[ -n $expected ]]; then
    _lanchat_offer_value "$expected"
  elif [[ -z $ended && $current == --*=* ]]; then
    option=\${current%%=*}
    _lanchat_value "$option"
    _lanchat_offer_value "$expected" "$option="
  elif [[ -z $ended && $current == -* ]]; then
    for word in $options; do _lanchat_offer "\${word%%=*}"; done
  else
    if ((position == 0)); then
      for word in $commands; do _lanchat_offer "$word"; done
    fi
    set -- $arguments
    if ((position >= $#)) && [[ $arguments == *... ]]; then position=$(($# - 1)); fi
    shift "$position" 2>/dev/null || set --
    _lanchat_offer_value "\${1%...}"
  fi
}

complete -F _lanchat lanchat
`;
}

function tableEntry(node: Completed): string {
  const commands = node.commands.map(({ name }) => name).join(' ');
  const options = node.options.map(optionWords).join(' ');
  const taken = node.arguments.map(valueWord).join(' ') + (node.isVariadic ? '...' : '');
  return `  '${node.path}') commands='${commands}' options='${options}' arguments='${taken}' ;;`;
}

/** `-o=files --out=files`, `--json`. */
function optionWords({ names, value }: CompletedOption): string {
  return names.map((name) => (value === null ? name : `${name}=${valueWord(value)}`)).join(' ');
}

/** Without a blank; what lanchat takes holds none, nor a colon. */
export function valueWord(value: Value): string {
  return typeof value === 'string' ? value : ['words', ...value].join(':');
}
