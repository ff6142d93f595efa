import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openProfile, type PassphrasePrompt, type Profile } from '../../src/client/profile.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import { RelayId } from '../../src/protocol/ids.ts';
import { isVaultLocked } from '../../src/storage/vault.ts';
import { ID_0_1, SEED_0_1, writeProfile01 } from '../storage/profile-0-1.ts';
import { nthId } from '../support/kept-history.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-profile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function nobodyAsked(): Promise<never> {
  throw new Error('asked for a passphrase');
}

async function open(
  at: string | null = folder,
  passphrase: PassphrasePrompt = nobodyAsked,
): Promise<Profile> {
  const profile = await openProfile(at, {
    passphrase,
    onFault: (error) => {
      throw error;
    },
  });
  onTestFinished(() => profile.close().catch(() => {}));
  return profile;
}

function keep(profile: Profile, text: string, n = 1): void {
  const message = {
    ...{ id: nthId(n), timeMs: n, sentTimeMs: null, conversation: { room: '#lobby' } },
    ...{ from: { fingerprint: profile.me.id, nick: 'ben' }, text, state: null, reason: null },
  };
  profile.store.commit({ state: [], history: [{ type: 'message', message }] });
}

function kept(profile: Profile): string[] {
  return [...profile.store.everything()].map(({ text }) => text);
}

describe('a profile on disk', () => {
  it('is made in a fresh folder, in the lobby, and found again with what was kept', async () => {
    const first = await open();
    const { id } = first.me;
    expect(first.isEphemeral).toBe(false);
    expect(first.settings.current.rooms).toEqual(['lobby']);
    keep(first, 'hello');
    await first.close();
    const second = await open();
    expect([second.me.id, kept(second)]).toEqual([id, ['hello']]);
    for (const name of readdirSync(folder)) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  it('of version 0.1 opens with its ID, name, numbers and rooms', async () => {
    writeProfile01(folder);
    const profile = await open();
    expect([profile.me.id, hexFromBytes(profile.seed)]).toEqual([ID_0_1, SEED_0_1]);
    expect(profile.identity.current).toMatchObject({ nick: 'Äsha', cardSeq: 3n, bundleSeq: 7n });
    expect(profile.settings.current.rooms).toEqual(['lobby', 'ward-3']);
    await profile.identity.update({ cardSeq: 4n });
    await profile.close();
    expect((await open()).identity.current.cardSeq).toBe(4n);
  });

  it('keeps the rooms of settings that are there without an identity', async () => {
    writeProfile01(folder);
    rmSync(join(folder, 'identity.json'));
    expect((await open()).settings.current.rooms).toEqual(['lobby', 'ward-3']);
  });

  it('is opened by its passphrase only, and as before once that is removed', async () => {
    const first = await open();
    const { id } = first.me;
    keep(first, 'hello');
    await first.setPassphrase('first secret');
    await first.close();
    expect(await isVaultLocked(folder)).toBe(true);
    const asked: boolean[] = [];
    const second = await open(folder, async (isRetry) => {
      asked.push(isRetry);
      return isRetry ? 'first secret' : 'wrong';
    });
    expect(asked).toEqual([false, true]);
    expect([second.me.id, kept(second)]).toEqual([id, ['hello']]);
    await second.setPassphrase(null);
    await second.close();
    expect((await open()).me.id).toBe(id);
  });

  it('locks what version 0.1 had in the clear', async () => {
    writeProfile01(folder);
    const profile = await open();
    await profile.setPassphrase('first secret');
    await profile.close();
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes(SEED_0_1)).toBe(false);
    }
    expect((await open(folder, async () => 'first secret')).me.id).toBe(ID_0_1);
  });

  it('says so and stays locked as before where a passphrase can’t be written', async () => {
    const profile = await open();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'in the way');
    await expect(profile.setPassphrase('first secret')).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:not-a-folder|unwritable)$/),
    });
  });

  it('wipes its secrets at close, also where the disk takes nothing more', async () => {
    for (const isDiskGone of [false, true]) {
      const profile = await open();
      const { seed, me } = profile;
      expect(identityFromSeed(seed).id).toBe(me.id);
      profile.settings.update({ rooms: ['ward-3'] });
      if (isDiskGone) rmSync(folder, { recursive: true });
      const closed = profile.close();
      if (isDiskGone) await expect(closed).rejects.toMatchObject({ code: 'unwritable' });
      else await closed;
      for (const secret of [seed, me.signSecret, me.dhSecret]) {
        expect(secret.every((byte) => byte === 0)).toBe(true);
      }
      expect(() => profile.store.conversations()).toThrow();
    }
  });

  it('can be opened again after a file of it that was damaged has been mended', async () => {
    await (await open()).close();
    writeFileSync(join(folder, 'pins.json'), '{"half');
    await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
    rmSync(join(folder, 'pins.json'));
    await open();
  });
});

describe('an ephemeral profile', () => {
  it('is another one each time, in the lobby, and forgets everything', async () => {
    const first = await open(null);
    expect([first.isEphemeral, first.settings.current.rooms]).toEqual([true, ['lobby']]);
    keep(first, 'hello');
    expect(kept(first)).toEqual(['hello']);
    await first.close();
    const second = await open(null);
    expect(second.me.id).not.toBe(first.me.id);
    expect(kept(second)).toEqual([]);
  });

  it('writes nothing anywhere that programs write, and asks for no passphrase', async () => {
    // The one folder for everything that may be taken for a place to write.
    for (const name of ['TMPDIR', 'SQLITE_TMPDIR', 'HOME', 'XDG_DATA_HOME', 'LANCHAT_HOME']) {
      vi.stubEnv(name, folder);
    }
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => {
      process.chdir(before);
      vi.unstubAllEnvs();
    });
    const profile = await open(null);
    for (let n = 1; n <= 200; n++) keep(profile, 'x'.repeat(10_000), n);
    profile.settings.update({ rooms: ['ward-3'] });
    await profile.settings.flush();
    await profile.identity.update({ nick: 'ben', cardSeq: 1n });
    profile.pins.see({ ...profile.me, nick: 'ben' }, 1);
    const id = RelayId.fromBytes(new Uint8Array(32).fill(1));
    profile.relays.use({ id, name: 'here', host: 'h', port: 1, lastUsedMs: 1 });
    await profile.store.search('x', { conversation: null, limit: 1 });
    await profile.close();
    expect(readdirSync(folder)).toEqual([]);
    // Control: on disk, the same leaves files.
    await (await open()).close();
    expect(readdirSync(folder)).not.toEqual([]);
  });

  it('has nothing that a passphrase could lock', async () => {
    const profile = await open(null);
    await expect(profile.setPassphrase('first secret')).rejects.toThrow(RangeError);
  });
});
