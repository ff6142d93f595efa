// A safety number compared group by group, without a screen.
import { describe, expect, it } from 'vitest';
import { encodeVerificationQr } from '../../src/crypto/verification-qr.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { openPlain } from '../support/plain-run.ts';

const bela = person('bela', 'b');
const DIGITS = Array.from({ length: 12 }, (_, index) => String(10_001 + index)).join('');
const CODE = encodeVerificationQr({ own: peerId('e'), seen: bela.fingerprint });

async function walked(
  ...typed: readonly string[]
): Promise<{ session: FakeSession; lines: string[] }> {
  const { session, lines } = await talked('/verify bela', ...typed);
  return {
    session,
    lines: lines.slice(lines.findIndex((line) => line.includes('Or: /verify')) + 1),
  };
}

async function talked(
  ...typed: readonly string[]
): Promise<{ session: FakeSession; lines: string[] }> {
  const session = new FakeSession({
    join: ({ room }) => ({ room }),
    send: () => ({ id: messageId('1') }),
    'find-person': () => ({ matches: [bela] }),
    'safety-number': () => ({ digits: DIGITS, qr: CODE, person: bela }),
    verify: () => ({ person: { ...bela, trust: 'verified' } }),
  });
  const plain = openPlain(session);
  await plain.printed('goes to #lobby');
  for (const line of typed) plain.type(line);
  plain.end();
  expect(await plain.status).toBe(0);
  return { session, lines: plain.stdout().trimEnd().split('\n') };
}

const enters = (count: number) => Array.from({ length: count }, () => '');
const verifies = ({ requests }: FakeSession) =>
  requests.filter(({ do: what }) => what === 'verify');
const sends = ({ requests }: FakeSession) => requests.filter(({ do: what }) => what === 'send');

describe('a walk through a safety number', () => {
  it('says one group a time, digit by digit, and records it after all of them', async () => {
    const { session, lines } = await walked('', 'again', ...enters(11), 'yes', 'hello');
    expect(lines.slice(0, 3)).toEqual([
      '-- group 1 of 12: 1 0 0 0 1',
      '-- group 1 of 12: 1 0 0 0 1',
      '-- group 2 of 12: 1 0 0 0 2',
    ]);
    expect(lines.at(-2)).toBe('-- Are all groups the same as theirs? yes, no, or stop.');
    expect(lines.at(-1)).toMatch(/^-- bela is verified: this key, bbbb/);
    expect(verifies(session)).toEqual([{ do: 'verify', peer: bela.fingerprint, digits: null }]);
    expect(sends(session)).toHaveLength(1);
  });

  it('records nothing before its end, and sends nothing that is typed meanwhile', async () => {
    const { session, lines } = await walked(...enters(11), 'yes', 'all the same', 'stop', 'sent');
    expect(verifies(session)).toEqual([]);
    expect(lines.filter((line) => line.startsWith('-- Not sent'))).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/nothing has changed/);
    expect(sends(session)).toEqual([{ do: 'send', to: { room: '#lobby' }, text: 'sent' }]);
  });

  it('ends with a warning where a group differs', async () => {
    const { session, lines } = await walked('', '', 'no', 'yes');
    expect(verifies(session)).toEqual([]);
    expect(lines.at(-1)).toMatch(/^-- THE NUMBERS DIFFER/);
    // What comes after it goes to the room again.
    expect(sends(session)).toHaveLength(1);
  });
});

describe('/verify NAME in plain lines', () => {
  it.each(['digits', 'DIGITS'])('walks through the number for %s', async (way) => {
    const { session, lines } = await talked(`/verify bela ${way}`, '', 'stop');
    expect(lines).toContain('-- group 1 of 12: 1 0 0 0 1');
    expect(verifies(session)).toEqual([]);
  });

  it('says the code as text, and where it is drawn', async () => {
    const { session, lines } = await talked('/verify bela qr');
    expect(lines.at(-2)).toBe(`-- your code for bela, as text: ${CODE}`);
    expect(lines.at(-1)).toContain('lanchat verify bela');
    expect(verifies(session)).toEqual([]);
  });

  it.each(['sme', '12345', 'LANCHAT1:HALF'])('takes %s for no number', async (typed) => {
    const { session, lines } = await talked(`/verify bela ${typed}`);
    expect(verifies(session)).toEqual([]);
    expect(lines.at(-1)).toMatch(/^-- \/verify NAME takes words, digits, qr/);
    // Control: a whole number is compared.
    const whole = await talked(`/verify bela ${DIGITS}`);
    expect(verifies(whole.session)).toMatchObject([{ digits: DIGITS }]);
  });
});
