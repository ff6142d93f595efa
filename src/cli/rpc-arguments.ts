// The named parameters of a method as the words of a command line: what commander knows of the command is all there is.
import type { Argument, Command, Option } from 'commander';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { fieldsOf, RPC, RpcFault } from './rpc-codec.ts';

/** Of a command as a method. */
export interface Shape {
  /** Parameters that a command line may leave out, because it has stdin or a terminal. */
  readonly needs?: readonly string[];
  /** Options that mean nothing here. */
  readonly without?: readonly string[];
}

/** The one option that every method takes. */
const TIMEOUT = 'timeout';

/** `send`, or `room create`. Null where there is no such command. */
export function commandOf(program: Command, method: string): Command | null {
  let found: Command | null = program;
  for (const name of method.split(' ')) {
    found = found?.commands.find((each) => each.name() === name) ?? null;
  }
  return found;
}

/** The names of all parameters, those that are needed first. */
export function parametersOf(
  command: Command,
  { needs = [], without = [] }: Shape,
): { readonly needed: readonly string[]; readonly others: readonly string[] } {
  const required = command.registeredArguments.filter((each) => each.required);
  const needed = [...new Set([...required.map((each) => each.name()), ...needs])];
  const options = command.options.filter(({ hidden }) => !hidden);
  const names = [
    ...command.registeredArguments.map((each) => each.name()),
    ...options.map((each) => each.attributeName()),
    TIMEOUT,
  ];
  const others = names.filter((name) => !needed.includes(name) && !without.includes(name));
  return { needed, others: [...new Set(others)] };
}

/**
 * What to give commander so that it runs `command` with these parameters. Throws RpcFault where one is missing,
 * unknown, or no value of its kind; what it may be beyond that, the command itself says.
 */
export function wordsOf(command: Command, params: object, shape: Shape): string[] {
  if (Array.isArray(params)) throw badParams(phrase`params are named: {"name": value}`);
  const given = fieldsOf(params);
  const { needed, others } = parametersOf(command, shape);
  for (const name of Object.keys(given)) {
    if (needed.includes(name) || others.includes(name)) continue;
    throw badParams(phrase`there is no parameter "${name.slice(0, 64)}"`);
  }
  for (const name of needed) {
    if (given[name] === undefined) throw badParams(phrase`the parameter "${name}" is missing`);
  }
  const path = [command.name()];
  for (let above = command.parent; above?.parent != null; above = above.parent) {
    path.unshift(above.name());
  }
  // Nothing after `--` is taken for an option, and nothing after `=` for one of its own.
  return [...path, ...optionWords(command, given), '--', ...argumentWords(command, given)];
}

type Given = Readonly<Record<string, unknown>>;

function optionWords(command: Command, given: Given): string[] {
  const names = new Set(command.options.map((each) => each.attributeName()));
  return [...names, TIMEOUT].flatMap((name) => {
    const value = given[name];
    if (value === undefined) return [];
    if (name === TIMEOUT) return [`--${TIMEOUT}=${scalar(name, value)}`];
    const options = command.options.filter((each) => each.attributeName() === name);
    return optionWord({ name, options }, value);
  });
}

/** `options`: of this name, the plain one and the one that begins with `--no-`, where there are both. */
function optionWord(
  { name, options }: { name: string; options: readonly Option[] },
  value: unknown,
): string[] {
  const plain = options.find(({ negate }) => !negate);
  const negated = options.find(({ negate }) => negate);
  if (value === false) {
    if (negated !== undefined) return [longOf(negated)];
    if (plain?.isBoolean() === true) return [];
  } else if (value === true) {
    if (plain === undefined) return [];
    if (plain.isBoolean()) return [longOf(plain)];
  } else if (plain !== undefined && !plain.isBoolean()) {
    // Such an option may be repeated.
    const values = Array.isArray(plain.defaultValue) && Array.isArray(value) ? value : [value];
    return values.map((each) => `${longOf(plain)}=${scalar(name, each)}`);
  }
  throw badParams(
    phrase`the parameter "${name}" takes ${plain?.isBoolean() === false ? 'a value' : 'true or false'}`,
  );
}

function longOf(option: Option): string {
  return option.long ?? option.flags;
}

function argumentWords(command: Command, given: Given): string[] {
  const words: string[] = [];
  let missing: string | null = null;
  for (const argument of command.registeredArguments) {
    const name = argument.name();
    const value = given[name];
    if (value === undefined) {
      missing ??= name;
      continue;
    }
    if (missing !== null) throw badParams(phrase`the parameter "${name}" needs "${missing}"`);
    words.push(...argumentWord(argument, value));
  }
  return words;
}

function argumentWord(argument: Argument, value: unknown): string[] {
  const name = argument.name();
  if (!argument.variadic || !Array.isArray(value)) return [scalar(name, value)];
  return value.map((each) => scalar(name, each));
}

function scalar(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw badParams(phrase`the parameter "${name}" takes a string or a number`);
}

function badParams(message: string): RpcFault {
  return new RpcFault(RPC.params, new UsageError('bad-arguments', message));
}
