import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonValue } from '../../state/state-store.ts';
import { fileSnapshots } from './file-snapshots.ts';
import type { UnreadableSnapshot } from './file-snapshots.ts';
import { memorySnapshots } from './memory-snapshots.ts';

const key = Buffer.alloc(32, 7);
const snapshot: JsonValue = { cookies: [{ name: 'portal_session', value: 'top-secret' }], kept: 'ä€' };

let root: string;
let folder: string;
let unreadable: UnreadableSnapshot[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-snapshots-'));
  folder = join(root, 'snapshots');
  unreadable = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const store = (options = {}) =>
  fileSnapshots(folder, { key, onUnreadable: (told) => void unreadable.push(told), ...options });
const files = (): string[] => readdirSync(folder).sort();
const onlyFile = (): string => {
  expect(files()).toHaveLength(1);
  return join(folder, files()[0] ?? '');
};

describe('snapshots in files', () => {
  it('come back to another store with the same key, and are gone once removed', async () => {
    await store().save('portal', snapshot);
    expect(await store().load('portal')).toEqual(snapshot);
    expect(await store().load('other')).toBeUndefined();
    await store().remove('portal');
    await store().remove('portal');
    expect(await store().load('portal')).toBeUndefined();
    expect(unreadable).toEqual([]);
  });

  it('are readable by nobody else, and tell nothing but their name', async () => {
    await store().save('portal', snapshot);
    const text = readFileSync(onlyFile(), 'utf8');
    expect(text).not.toContain('secret');
    expect(Buffer.from(text, 'base64').toString()).not.toContain('secret');
    if (process.platform === 'win32') return;
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('leave the mode of a folder that is there already as it is', async () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    await store().save('portal', snapshot);
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o755);
    expect(await store().load('portal')).toEqual(snapshot);
  });

  it('never use a nonce twice', async () => {
    const nonces = new Set<unknown>();
    for (let save = 0; save < 20; save += 1) {
      await store().save('portal', snapshot);
      nonces.add((JSON.parse(readFileSync(onlyFile(), 'utf8')) as { nonce: string }).nonce);
    }
    expect(nonces.size).toBe(20);
  });

  it('may be kept under a passphrase, whose salt lies beside them', async () => {
    const phrase = { key: 'correct horse battery' };
    await store(phrase).save('portal', snapshot);
    expect(await store(phrase).load('portal')).toEqual(snapshot);
    expect(await store({ key: 'correct horse batterY' }).load('portal')).toBeUndefined();
    expect(unreadable).toMatchObject([{ name: 'portal', reason: 'wrong-key-or-tampered' }]);
  });

  it('that were changed anywhere load as nothing, and are moved aside and told', async () => {
    await store().save('portal', snapshot);
    const path = onlyFile();
    const good = readFileSync(path, 'utf8');
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 33, max: 126 }), async (at, code) => {
        const changed = good.slice(0, at) + String.fromCharCode(code) + good.slice(at + 1);
        writeFileSync(path, changed);
        unreadable = [];
        const loaded = await store().load('portal');
        // The spare bits at the end of base64, and the name that is shown to people alone, mean nothing.
        if (loaded !== undefined) {
          expect(loaded).toEqual(snapshot);
          return;
        }
        expect(unreadable).toHaveLength(1);
        expect(readFileSync(unreadable[0]?.movedTo ?? '', 'utf8')).toBe(changed);
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it('that were cut load as nothing, wherever', async () => {
    await store().save('portal', snapshot);
    const path = onlyFile();
    const good = readFileSync(path, 'utf8');
    for (let length = 0; length < good.length; length += 7) {
      writeFileSync(path, good.slice(0, length));
      expect(await store().load('portal')).toBeUndefined();
      expect(unreadable.at(-1)?.reason).toBe('damaged');
    }
    expect(unreadable.length).toBeGreaterThan(20);
  });

  it('of one session are not taken for those of another', async () => {
    await store().save('mine', snapshot);
    const text = readFileSync(onlyFile(), 'utf8');
    await store().remove('mine');
    await store().save('yours', null);
    writeFileSync(onlyFile(), text.replace('"mine"', '"yours"'));
    expect(await store().load('yours')).toBeUndefined();
    expect(unreadable).toMatchObject([{ reason: 'wrong-key-or-tampered' }]);
  });

  it('in plain text are refused where a key is asked for, and the other way round', async () => {
    const plain = { key: undefined, plain: true };
    await store(plain).save('portal', snapshot);
    expect(await store(plain).load('portal')).toEqual(snapshot);
    expect(await store().load('portal')).toBeUndefined();
    await store().save('portal', snapshot);
    expect(await store(plain).load('portal')).toBeUndefined();
    expect(unreadable.map(({ reason }) => reason)).toEqual(['not-encrypted', 'encrypted']);
  });

  it('of another format are kept for the version that can read them', async () => {
    await store().save('portal', snapshot);
    const newer = readFileSync(onlyFile(), 'utf8').replace('"format":1', '"format":2');
    writeFileSync(onlyFile(), newer);
    expect(await store().load('portal')).toBeUndefined();
    expect(unreadable).toMatchObject([{ reason: 'other-format' }]);
    expect(readFileSync(onlyFile(), 'utf8')).toBe(newer);
  });

  it('become a process warning when nobody listens', async () => {
    const warnings: unknown[] = [];
    const warned = vi
      .spyOn(process, 'emitWarning')
      .mockImplementation((warning) => void warnings.push(warning));
    await store().save('portal', snapshot);
    writeFileSync(onlyFile(), '{');
    expect(await fileSnapshots(folder, { key }).load('portal')).toBeUndefined();
    warned.mockRestore();
    expect(warnings).toEqual([expect.stringMatching(/snapshot of portal is not readable \(damaged\)/)]);
  });

  it('that cannot be read for want of rights are an error, not a missing login', async () => {
    await store().save('portal', snapshot);
    const path = onlyFile();
    rmSync(path);
    // A folder in the file's place: reading fails, for root too.
    await fileSnapshots(path, { key }).save('inner', 1);
    await expect(store().load('portal')).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it.each([
    ['no key', {}],
    ['a short key', { key: Buffer.alloc(31) }],
    ['a long key', { key: Buffer.alloc(33) }],
    ['a short passphrase', { key: 'too short' }],
    ['an empty one', { key: '' }],
    ['a key and plain text', { key, plain: true }],
  ])('are refused with %s', (_, options) => {
    expect(() => fileSnapshots(folder, options)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
    );
  });

  it('saved at once end as one of them, whole, with nothing left beside', async () => {
    const one = store();
    await Promise.all(Array.from({ length: 20 }, (_, n) => one.save('portal', { n })));
    expect(await one.load('portal')).toMatchObject({ n: expect.any(Number) as number });
    expect(files()).toHaveLength(1);
  });

  it('clear away what a writer that died has left', async () => {
    await store().save('portal', snapshot);
    writeFileSync(`${onlyFile()}.999999999.tmp`, 'half');
    await store().save('portal', snapshot);
    expect(await store().load('portal')).toEqual(snapshot);
    expect(files()).toHaveLength(1);
  });
});

describe('snapshots in memory', () => {
  it('are copies', async () => {
    const memory = memorySnapshots();
    const mine = { list: [1] };
    await memory.save('portal', mine);
    mine.list.push(2);
    expect(await memory.load('portal')).toEqual({ list: [1] });
    await memory.remove('portal');
    expect(await memory.load('portal')).toBeUndefined();
  });
});
