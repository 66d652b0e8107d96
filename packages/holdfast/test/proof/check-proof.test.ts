import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { root } from '../../../../tools/lint/resolve-import.ts';
import { checkProof } from '../../src/proof/check-proof.ts';
import { makeProof } from '../../src/proof/make-proof.ts';
import { proofText } from '../../src/proof/proof.ts';
import type { Proof } from '../../src/proof/proof.ts';
import { readProof } from '../../src/proof/read-proof.ts';
import { exportOf, feedOf, makeInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

const SCRIPT = join(root, 'examples/check-proof.py');
const hasPython = covered('python3', spawnSync('python3', ['--version']).status === 0);
const scope = { baseUrls: new Map([['source', 'https://example.org/oai']]), now: 0 };
const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Leaves a test out of a quick run. */
const notNow = (_name: string, _work: () => void): void => undefined;

interface Files {
  readonly proof: string;
  readonly feed: readonly string[];
  readonly papers: readonly string[];
}

/** Runs the program of somebody else for each case in one process: starting Python takes longer than the checks. */
const RUNNER = `
import contextlib, io, json, runpy, sys
def check(script, files):
    out = io.StringIO()
    sys.argv = [script, *files]
    try:
        with contextlib.redirect_stdout(out): runpy.run_path(script)
    except SystemExit as end: return [end.code, out.getvalue()]
cases = json.load(sys.stdin)
json.dump([check(*case) for case in cases], sys.stdout)`;

let written = 0;

/** What the program says of each case; '' when it finds everything as the proof says. */
function differences(cases: readonly Files[]): readonly string[] {
  const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
  const inputs = cases.map(({ proof, feed, papers }) => [
    SCRIPT,
    [proof, lines(feed), lines(papers)].map((text) => {
      const file = join(folder, String((written += 1)));
      writeFileSync(file, text);
      return file;
    }),
  ]);
  const { stdout, stderr } = spawnSync('python3', ['-c', RUNNER], {
    encoding: 'utf8',
    input: JSON.stringify(inputs),
  });
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as [string | null, string][]).map(([code, out]) => {
    if (code === null) expect(out).toMatch(/^OK: \d+ changes, \d+ rows\n$/);
    return code ?? '';
  });
}

async function filesOf(one: Installation, proof?: string): Promise<Files> {
  return {
    proof: proof ?? proofText(await makeProof(one.store, scope)),
    feed: await feedOf(one),
    papers: await exportOf(one),
  };
}

/** New versions, and new records, are harvested. */
async function goOn(one: Installation): Promise<void> {
  const known = [...one.upstream.truth()].map(({ id }) => id);
  for (const id of known.slice(0, 3)) one.upstream.newVersion(id);
  one.upstream.addRecords(4);
  await one.wait(2);
  expect(await one.harvest()).toBe(true);
}

describe.each(['arxiv', 'biorxiv', 'oai-pmh'] as const)('a proof of a harvest of %s', (kind) => {
  const one = makeInstallation({ kind });
  // One kind with versions in every run: what is checked does not depend on the kind.
  const isThorough = kind === 'biorxiv' || process.env['HOLDFAST_TEST_FULL'] === '1';
  let whole: Files = { proof: '', feed: [], papers: [] };
  let proof: Proof | undefined;
  beforeAll(async () => {
    expect(await one.harvest()).toBe(true);
    whole = await filesOf(one);
    proof = readProof(whole.proof);
  });
  const claimed = (): Proof => {
    if (!proof) throw new Error('there is no proof');
    return proof;
  };

  test('covers every window with a proved end and says what it does not cover', () => {
    const [source] = claimed().sources;
    const days = source?.windows.filter(({ stream }) => stream !== 'pubs') ?? [];
    expect(claimed().complete).toBe(true);
    expect(days.reduce((sum, { records }) => sum + records, 0)).toBeGreaterThan(20);
    expect(days.every(({ state, ending }) => state === 'VERIFIED' && ending !== '')).toBe(true);
    expect(source?.notProved.map(({ to }) => to)).toEqual(source?.notProved.map(() => null));
    expect(source?.all.rows).toBe(whole.papers.length);
    expect(claimed().feed.seq).toBe(whole.feed.length);
    expect(source?.baseUrl).toBe('https://example.org/oai');
  });

  test('is the same whoever makes it and whenever', async () => {
    expect(proofText(await makeProof(one.store, scope))).toBe(whole.proof);
  });

  test.skipIf(!hasPython)('is found right by a program of at most 50 lines without the product', () => {
    expect(readFileSync(SCRIPT, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(50);
    expect(differences([whole])).toEqual(['']);
  });

  (isThorough ? test.skipIf(!hasPython) : notNow)(
    'fails when one field of one exported line is another',
    () => {
      const fields = JSON.parse(whole.papers[3] ?? '') as Record<string, unknown>;
      const keys = Object.keys(fields);
      expect(keys.length).toBe(20);
      const found = differences(
        keys.map((key) => ({
          ...whole,
          papers: whole.papers.with(3, JSON.stringify({ ...fields, [key]: another(fields[key]) })),
        })),
      );
      expect(keys.filter((_, index) => found[index] === '')).toEqual([]);
    },
  );

  (isThorough ? test.skipIf(!hasPython) : notNow)(
    'fails when a line of the export or the feed is changed, lost, doubled or moved',
    () => {
      const { feed, papers } = whole;
      const change = JSON.parse(feed[5] ?? '') as Record<string, unknown>;
      const broken: Record<string, Partial<Files>> = {
        'an exported line lost': { papers: papers.toSpliced(4, 1) },
        'the first one lost': { papers: papers.slice(1) },
        'the last one lost': { papers: papers.slice(0, -1) },
        'one doubled': { papers: papers.toSpliced(4, 0, papers[4] ?? '') },
        'two exchanged': { papers: papers.with(2, papers[3] ?? '').with(3, papers[2] ?? '') },
        'nothing exported': { papers: [] },
        'a line of the feed lost': { feed: feed.toSpliced(5, 1) },
        'the end of the feed lost': { feed: feed.slice(0, -1) },
        'two lines of the feed exchanged': { feed: feed.with(5, feed[6] ?? '').with(6, feed[5] ?? '') },
        'an edited proof': { proof: whole.proof.replace(/"records": \d+/, '"records": 3') },
        ...Object.fromEntries(
          Object.entries(change).map(([key, value]) => [
            `${key} of a change`,
            { feed: feed.with(5, JSON.stringify({ ...change, [key]: another(value) })) },
          ]),
        ),
      };
      const found = differences(Object.values(broken).map((files) => ({ ...whole, ...files })));
      expect(Object.keys(broken).filter((_, index) => found[index] === '')).toEqual([]);
    },
  );

  test('still holds when the harvest has gone on with new versions and new papers', async () => {
    await goOn(one);
    expect(await checkProof(one.store, claimed())).toEqual({ findings: [], otherEpoch: false });
    const later = await filesOf(one, whole.proof);
    expect(later.feed.length).toBeGreaterThan(whole.feed.length + 6);
    if (!hasPython) return;
    const since = new Set(later.papers);
    const kept = later.papers.indexOf(whole.papers.find((line) => since.has(line)) ?? '');
    expect(differences([later, { ...later, papers: later.papers.toSpliced(kept, 1) }])).toEqual([
      '',
      expect.stringMatching(/is missing in the export/),
    ]);
  });
});

/** Something else of the same form. */
function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  // A datestamp may be moved on by the upstream, never back.
  if (typeof value === 'string')
    return /^\d{4}-/.test(value) ? `1${value.slice(1)}` : `${value.slice(0, -1)}~`;
  if (Array.isArray(value)) return [...(value as unknown[]), 'x'];
  return value === null ? 'x' : { ...value, x: 'y' };
}
