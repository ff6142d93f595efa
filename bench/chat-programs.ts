// Other chat programs for a terminal, where they are installed: how they are started, with a folder of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import type { Skip } from './report.ts';
import type { CommandLine } from './timed-runs.ts';

export interface ChatProgram {
  readonly name: string;
  /** Port of an IRC server on loopback to connect to; null: it connects to nothing. Each start is a first one. */
  readonly start: (port: number | null) => CommandLine;
}

const SERVER = 'bench';

export function findChatPrograms({ scratch }: Bench): {
  readonly programs: readonly ChatProgram[];
  readonly skipped: Skip[];
} {
  const folder = (name: string) => mkdtempSync(join(scratch, `${name}-`));
  const all: readonly ChatProgram[] = [
    {
      name: 'irssi',
      start: (port) => [
        ...['irssi', `--home=${folder('irssi')}`, '--nick=asha'],
        ...(port === null ? ['--noconnect'] : ['--connect=127.0.0.1', `--port=${port}`]),
      ],
    },
    {
      name: 'weechat',
      start: (port) => [
        ...['weechat', `--dir=${folder('weechat')}`],
        ...(port === null ? ['--no-connect'] : weechatConnect(port)),
      ],
    },
  ];
  const isThere = ({ name }: ChatProgram) => spawnSync(name, ['--version']).status === 0;
  const programs = all.filter(isThere);
  const skipped = all
    .filter((program) => !programs.includes(program))
    .map(({ name }) => ({ what: name, reason: 'it is not installed' }));
  return { programs, skipped };
}

/** Its option for TLS has had two names; the one that it doesn't know is an error message and no more. */
function weechatConnect(port: number): readonly string[] {
  const commands = [
    `/server add ${SERVER} 127.0.0.1/${port}`,
    `/set irc.server.${SERVER}.tls off`,
    `/set irc.server.${SERVER}.ssl off`,
    `/connect ${SERVER}`,
  ];
  return commands.flatMap((command) => ['--run-command', command]);
}
