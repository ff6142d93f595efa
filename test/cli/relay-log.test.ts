import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { RelayLog } from '../../src/cli/relay-log.ts';
import { FileId, RelayId } from '../../src/protocol/ids.ts';
import type { RelayEvent } from '../../src/relay/events.ts';

const label = { connection: 1, address: '10.0.0.2', fingerprint: '0123456789abcdef' };
const events: RelayEvent[] = [
  {
    ...{ type: 'listening', host: '127.0.0.1', port: 7717 },
    relayId: RelayId.fromBytes(new Uint8Array(32).fill(0xab)),
  },
  { type: 'connected', ...label, fingerprint: null },
  { type: 'login', ...label },
  { type: 'dropped', ...label, reason: 'slow-reader', detail: 'queue full' },
  { type: 'disconnected', ...label },
  { type: 'refused', address: '10.0.0.3', reason: 'tls' },
  { type: 'fault', error: new Error('accept failed') },
  { type: 'storage', problem: { code: 'no-space', message: 'no space left; free some' } },
  { type: 'storage', problem: null },
  { type: 'unreadable', problem: { code: 'corrupt', message: 'relay.db\u001b[2J is damaged' } },
  { type: 'carries', ...label },
  { type: 'met', ...label, with: { ...label, fingerprint: 'fedcba9876543210' } },
  { type: 'kept', ...label, file: FileId.fromBytes(new Uint8Array(16).fill(0xcd)), chunks: 3 },
  { type: 'taken', ...label, file: FileId.fromBytes(new Uint8Array(16).fill(0xcd)), chunks: 3 },
  { type: 'carried', ...label },
  { type: 'file-storage', problem: { code: 'no-space', message: 'no space left; free some' } },
  { type: 'file-storage', problem: null },
  { type: 'closed' },
];

function log(json: boolean, verbose = false): string {
  const stdout = new PassThrough();
  const output = new Output({ stdout, stderr: new PassThrough() });
  output.options = { json, quiet: false, verbose };
  const relayLog = new RelayLog(output, { name: 'hall\u001b[2J', isAnnounced: true });
  for (const event of events) relayLog.event(event);
  return String(stdout.read());
}

describe("a relay's log", () => {
  it('begins with where it listens, for machines one object a line', () => {
    const lines = log(true)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    expect(lines[0]).toMatchObject({ v: 1, port: 7717, fingerprint: 'ab'.repeat(32) });
    for (const line of lines.slice(1)) expect(line.time).toMatch(/^\d{4}-.*Z$/);
  });

  it('tells a disk that takes nothing, one that takes it again, and damage, with what to do', () => {
    const records = log(true)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.filter(({ type }) => type === 'storage')).toMatchObject([
      { problem: { code: 'no-space', message: 'no space left; free some' } },
      { problem: null },
    ]);
    expect(records.find(({ type }) => type === 'unreadable')).toMatchObject({
      problem: { code: 'corrupt' },
    });
    const text = log(false);
    expect(text).toMatch(/nothing is kept for people who are away: no space left; free some\n/);
    expect(text).toMatch(/\d the disk takes messages again\n/);
    expect(text).toMatch(/some of what is kept .* can't be read: relay\.db.* is damaged\n/);
  });

  it('tells of files only whoever looks closely, but a disk that takes none', () => {
    expect(log(false)).toMatch(
      /no files are kept: no space left; free some\n.*\d the disk takes files again\n/,
    );
    expect(log(false)).not.toMatch(/carries|joined|chunks/);
    const text = log(false, true);
    expect(text).toMatch(/0123 4567 89ab cdef \(10\.0\.0\.2\) carries a file\n/);
    expect(text).toMatch(/and fedc ba98 7654 3210 \(10\.0\.0\.2\) are joined for a file\n/);
    expect(text).toMatch(/left a file of 3 chunks here: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\n/);
    expect(text).toMatch(/took a file of 3 chunks: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\n/);
    expect(text).toMatch(/carries no file any more\n/);
  });

  it('tells an operator who came, went and was dropped, and why', () => {
    const text = log(false);
    expect(text).toContain(`\n  lanchat --relay 127.0.0.1:7717#${'ab'.repeat(32)}\n`);
    expect(text).toMatch(/0123 4567 89ab cdef \(10\.0\.0\.2\) connected/);
    expect(text).toMatch(/dropped: slow-reader, queue full/);
    expect(text).toMatch(/10\.0\.0\.3 refused: tls/);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
