import { VirtualClock } from '@holdfast/resilience/clock';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Proof } from '../proof/proof.ts';
import { openStore } from '../store/sqlite/index.ts';
import { Harvest, leased, paper } from '../store/testing/fixtures.ts';
import { runCommandLine } from './main.ts';
import { testIo } from './testing/test-io.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A data folder with three records in one window, and the command line in it. */
async function home(state: 'VERIFIED' | 'OPEN' = 'VERIFIED') {
  const cwd = mkdtempSync(join(tmpdir(), 'holdfast-prove-'));
  cleanUps.push(() => rmSync(cwd, { recursive: true }));
  const sources = [{ id: 's', kind: 'oai-pmh', baseUrl: 'http://me:secret@127.0.0.1:1/oai', from: 'all' }];
  writeFileSync(join(cwd, 'holdfast.config.json'), JSON.stringify({ dataDir: cwd, sources }));
  const store = await openStore({ file: join(cwd, 'holdfast.db'), clock: new VirtualClock() });
  const harvest = new Harvest(store, await leased(store));
  const next = { cursor: 'end', state };
  await harvest.add(
    ['a', 'b', 'c'].map((id, day) => paper({ id }, `2024-01-0${day + 1}`)),
    { next },
  );
  await store.close();
  const cli = async (...args: string[]) => {
    const io = testIo({ cwd });
    const code = await runCommandLine(['--config', join(cwd, 'holdfast.config.json'), ...args], io);
    return { code, out: io.out.text, err: io.err.text };
  };
  return { cwd, cli };
}

it('a proof is written whole, says what it covers, and the store is found to be as it says', async () => {
  const { cwd, cli } = await home();
  expect(await cli('prove', 'proof.json')).toEqual({
    code: 0,
    out: '',
    err:
      's: 3 of 3 records in 1 windows with a proved end; 0 windows without one, 0 gaps, 0 quarantined.\n' +
      'Bound to the first 3 changes.\n',
  });
  expect(readdirSync(cwd).filter((name) => name.includes('partial'))).toEqual([]);
  const text = readFileSync(join(cwd, 'proof.json'), 'utf8');
  expect((JSON.parse(text) as Proof).sources[0]?.baseUrl).toBe('http://127.0.0.1:1/oai');
  expect((await cli('prove')).out).toBe(text);
  const verified = await cli('verify', '--proof', 'proof.json');
  expect([verified.code, verified.out]).toEqual([0, 'The store is whole and holds what the proof says.\n']);
});

it('what is not complete is written too, with 4', async () => {
  const { cwd, cli } = await home('OPEN');
  const { code, err } = await cli('prove', 'proof.json', '--source', 's');
  expect([code, err]).toEqual([4, expect.stringContaining('1 windows without one')]);
  expect(JSON.parse(readFileSync(join(cwd, 'proof.json'), 'utf8'))).toMatchObject({ complete: false });
  expect((await cli('prove', '--source', 'other')).code).toBe(2);
  expect(await cli('prove', 'no/such/folder/proof.json')).toMatchObject({ code: 1 });
});

it('a store that was changed behind its back fails by the window, with 5', async () => {
  const { cwd, cli } = await home();
  await cli('prove', 'proof.json');
  const db = new DatabaseSync(join(cwd, 'holdfast.db'));
  db.exec("UPDATE changes SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE id = 'b'");
  db.close();
  const { code, out } = await cli('verify', '--proof', 'proof.json', '--json');
  const findings = JSON.parse(out) as { what: string; key: string }[];
  expect(code).toBe(5);
  expect(findings.slice(0, 2)).toMatchObject([
    { what: 'change', key: '3' },
    { what: 'window', key: 's/list/2024-01-01..2024-01-08' },
  ]);
});

it('a file that is no proof is refused with 2, by the name of the field', async () => {
  const { cwd, cli } = await home();
  await cli('prove', 'proof.json');
  const text = readFileSync(join(cwd, 'proof.json'), 'utf8');
  const refused = async (content: string): Promise<unknown> => {
    writeFileSync(join(cwd, 'other.json'), content);
    const { code, err } = await cli('verify', '--proof', 'other.json');
    return [code, err.split('\n')[0]];
  };
  expect(await refused(text.slice(0, 100))).toEqual([2, expect.stringContaining('cut off')]);
  expect(await refused(text.replace('"seq": 3', '"seq": "3"'))).toEqual([
    2,
    expect.stringContaining('feed.seq'),
  ]);
  expect(await refused(text.replace('"seq": 3', '"seq": 2'))).toEqual([2, expect.stringContaining('digest')]);
  expect((await cli('verify', '--proof', 'absent.json')).code).toBe(2);
});

it('the feed is printed from one change to another, of one source if wanted', async () => {
  const { cli } = await home();
  const whole = (await cli('feed')).out.trimEnd().split('\n');
  expect(whole.map((line) => (JSON.parse(line) as { seq: number; id: string }).id)).toEqual(['a', 'b', 'c']);
  expect((await cli('feed', '--since-seq', '1', '--until-seq', '2')).out).toBe(`${whole[1]}\n`);
  expect((await cli('feed', '--until-seq', '2')).out).toBe(`${whole[0]}\n${whole[1]}\n`);
  expect((await cli('feed', '--since-seq', 'x')).code).toBe(2);
});

it('digests of two installations are compared day by day', async () => {
  const { cwd, cli } = await home();
  const { out } = await cli('digest', '--json');
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect((await cli('digest', '--from', '2024-01-02', '--to', '2024-01-02', '--json')).out).toBe(
    `${lines[1]}\n`,
  );
  expect((await cli('digest')).out).toMatch(/^SOURCE +DAY +RECORDS +HASH\ns +2024-01-01 +1 +[0-9a-f]{64}\n/);
  writeFileSync(join(cwd, 'same.jsonl'), out);
  expect(await cli('digest', '--compare', 'same.jsonl')).toMatchObject({
    code: 0,
    out: expect.stringContaining('3 days'),
  });
  writeFileSync(join(cwd, 'less.jsonl'), `${lines[0]}\n${lines[2]}\n`);
  expect(await cli('digest', '--compare', 'less.jsonl')).toMatchObject({
    code: 4,
    out: expect.stringMatching(/^SOURCE.*\ns +2024-01-02 +1 +0\n$/),
  });
  const { code, out: json } = await cli('digest', '--compare', 'less.jsonl', '--json', '--to', '2024-01-01');
  expect([code, json]).toEqual([0, '']);
  writeFileSync(join(cwd, 'torn.jsonl'), '{"source":');
  expect((await cli('digest', '--compare', 'torn.jsonl')).code).toBe(2);
  expect((await cli('digest', '--from', 'yesterday')).code).toBe(2);
  // As `ssh other holdfast digest --json | holdfast digest --compare -` gives it when ssh fails.
  writeFileSync(join(cwd, 'empty.jsonl'), '');
  expect(await cli('digest', '--compare', 'empty.jsonl')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('it is empty'),
  });
});

it('that equal counts differ is said only where they do', async () => {
  const { cwd, cli } = await home();
  const lines = (await cli('digest', '--json')).out.trimEnd().split('\n');
  const note = 'Days with equal counts differ';
  writeFileSync(join(cwd, 'less.jsonl'), `${lines[0]}\n`);
  expect((await cli('digest', '--compare', 'less.jsonl')).err).not.toContain(note);
  const other = lines.map((line) => line.replace(/"hash":"./, '"hash":"x'));
  writeFileSync(join(cwd, 'other.jsonl'), `${other.join('\n').replaceAll('"x', '"0')}\n`);
  const { code, err } = await cli('digest', '--compare', 'other.jsonl');
  expect([code, err]).toEqual([4, expect.stringContaining(note)]);
});

it.each([
  ['feed'],
  ['digest'],
  ['export', '--format', 'jsonl'],
  ['search', 'word'],
  ['gaps'],
  ['quarantine'],
])('a source that nobody knows is no empty source: %s', async (...words) => {
  const { cli } = await home();
  expect(await cli(...words, '--source', 'other')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('There is no source "other".'),
  });
  expect((await cli(...words, '--source', 's')).code).toBe(0);
});
