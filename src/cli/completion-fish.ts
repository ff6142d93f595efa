// The script for fish: a table of the commands, and a function that reads the words and offers what fits, with what it means.
import { valueWord } from './completion-bash.ts';
import type { Completed, CompletedOption, CompletionModel } from './completion-model.ts';

export function fishScript({ commonOptions, commands }: CompletionModel): string {
  return `# fish completion of lanchat, made by "lanchat completion fish". In a file: lanchat completion fish > ~/.config/fish/completions/lanchat.fish

# What may come behind a command: into commands, options (kind of value, name, meaning) and arguments of the caller.
function __lanchat_at --no-scope-shadowing
    set commands
    set options
    set arguments
    switch "$argv[1]"
${commands.map(tableEntry).join('\n')}
    end
    set -a options ${listed(optionRows(commonOptions))}
end

function __lanchat_values --argument-names kind before home
    switch $kind
        case 'words:*'
            string join \\n -- $before(string split : -- (string replace words: '' -- $kind))
        case files
            __fish_complete_path (string replace -- "$before" '' (commandline -ct)) | string replace -r -- '^' "$before"
        case folders
            __fish_complete_directories (string replace -- "$before" '' (commandline -ct)) '' | string replace -r -- '^' "$before"
        case people rooms people-or-rooms
            set -l at
            test -n "$home"; and set at --home=$home
            set -l pattern '.'
            test $kind = people; and set pattern '^[^#+]'
            test $kind = rooms; and set pattern '^[#+]'
            command lanchat completion names $at </dev/null 2>/dev/null | string match -r -- "$pattern.*" | string replace -r -- '^' "$before"
    end
end

function __lanchat_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l commands
    set -l options
    set -l arguments
    set -l at ''
    set -l expected ''
    set -l option ''
    set -l home ''
    set -l ended ''
    set -l position 1
    __lanchat_at ''
    for word in $typed[2..-1]
        if test -n "$expected"
            test "$option" = --home; and set home $word
            set expected ''
        else if test -z "$ended"; and test "$word" = --
            set ended 1
        else if test -z "$ended"; and string match -q -- '--home=*' $word
            set home (string replace -- --home= '' $word)
        else if test -z "$ended"; and string match -q -- '-?*' $word
            set option $word
            set expected (__lanchat_taken $option $options)
        else if test $position -eq 1; and string match -q -- $word\\t'*' $commands
            set at (string trim -- "$at $word")
            __lanchat_at $at
        else
            set position (math $position + 1)
        end
    end
    set home (string replace -r -- '^~/' "$HOME/" $home)

    if test -n "$expected"
        __lanchat_values $expected '' "$home"
    else if test -z "$ended"; and string match -q -- '--*=*' "$current"
        set option (string split -m 1 = -- $current)[1]
        __lanchat_values (__lanchat_taken $option $options; or echo other) $option= "$home"
    else if test -z "$ended"; and string match -q -- '-*' "$current"
        string replace -r -- '^[^\\t]*\\t' '' $options
    else
        test $position -eq 1; and string join \\n -- $commands
        if string match -q -- '*...' "$arguments[-1]"; and test $position -gt (count $arguments)
            set position (count $arguments)
        end
        __lanchat_values (string replace ... '' -- "$arguments[$position]") '' "$home"
    end
end

# The kind of value that an option takes.
function __lanchat_taken --argument-names option
    for each in $argv[2..-1]
        set -l parts (string split \\t -- $each)
        if test "$parts[2]" = "$option"
            string match -v -- none $parts[1]
            return
        end
    end
    return 1
end

complete -c lanchat -f -a '(__lanchat_complete)'
`;
}

function tableEntry(node: Completed): string {
  const last = node.arguments.length - 1;
  const taken = node.arguments.map(
    (value, n) => valueWord(value) + (node.isVariadic && n === last ? '...' : ''),
  );
  const lines = [
    `        case ${quoted(node.path)}`,
    ...settingTo('commands', listed(node.commands.map(({ name, about }) => [name, about]))),
    ...settingTo('options', listed(optionRows(node.options))),
    ...settingTo('arguments', listed(taken.map((each) => [each]))),
  ];
  return lines.join('\n');
}

function settingTo(name: string, words: string): readonly string[] {
  return words === '' ? [] : [`            set ${name} ${words}`];
}

function optionRows(options: readonly CompletedOption[]): readonly (readonly string[])[] {
  return options.flatMap(({ names, about, value }) =>
    names.map((name) => [value === null ? 'none' : valueWord(value), name, about]),
  );
}

/** Words of one or more fields, with a tab between them. */
function listed(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => fields.map(quoted).join('\\t')).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
