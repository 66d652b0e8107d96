import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Installed } from './installed.ts';
import type { Kept, Outcome } from './installed.ts';

/** What happened to the data of an older version. */
export interface Findings {
  /** Records of the upstream, by its own count. */
  readonly truth: number;
  readonly before: readonly Kept[];
  /** `status` of the new version before its first run. */
  readonly looked: Outcome;
  readonly run: Outcome;
  readonly after: readonly Kept[];
  readonly verify: Outcome;
  /** Lists that were begun from their start, by the old version and by the new one. */
  readonly walksBegun: readonly [number, number];
  /** The older version over the newer store. */
  readonly downgrade: Outcome;
  readonly changedByDowngrade: boolean;
  /** The older version over the copy that the upgrade left. */
  readonly back: readonly Kept[];
}

const RECORDS = 1200;

/** Kills the older version in the middle of a walk, lets the newer one go on, and goes back. */
export async function tryUpgrade(folder: string, older: string, newer: string): Promise<Findings> {
  mkdirSync(folder, { recursive: true });
  const ledger = join(folder, 'ledger.jsonl');
  const args = [
    'sim',
    '--kind',
    'oai-pmh',
    '--records',
    String(RECORDS),
    '--page-size',
    '100',
    '--ledger',
    ledger,
  ];
  const sim = spawn(process.execPath, [newer, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: sim.stdout }), 'line')) as [string];
    const installed = new Installed(folder, (JSON.parse(line) as { baseUrl: string }).baseUrl);
    // Three pages of the list are there and a fourth is asked for.
    await installed.runUntil(
      older,
      () => requests(ledger).filter((url) => url.includes('ListRecords')).length >= 4,
    );
    const before = installed.papers(older);
    const begunBefore = begun(ledger);
    const looked = installed.run(newer, 'status');
    const run = installed.run(newer, 'run', '--once', '--deadline', '100s');
    const after = installed.papers(newer);
    const verify = installed.run(newer, 'verify');
    const digest = installed.digest();
    const downgrade = installed.runFor(15_000, older, 'run', '--once');
    const changedByDowngrade = digest !== installed.digest();
    return {
      truth: RECORDS,
      before,
      looked,
      run,
      after,
      verify,
      walksBegun: [begunBefore, begun(ledger) - begunBefore],
      downgrade,
      changedByDowngrade,
      back: goBack(installed, older),
    };
  } finally {
    sim.kill('SIGKILL');
  }
}

function goBack(installed: Installed, older: string): readonly Kept[] {
  const copy = installed.copyBefore();
  if (copy === undefined) return [];
  for (const suffix of ['', '-wal', '-shm']) rmSync(installed.store + suffix, { force: true });
  copyFileSync(copy, installed.store);
  return installed.papers(older);
}

function requests(ledger: string): readonly string[] {
  return readFileSync(ledger, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"type":"request"'))
    .map((line) => /"url":"([^"]*)"/.exec(line)?.[1] ?? '');
}

function begun(ledger: string): number {
  return requests(ledger).filter((url) => url.includes('ListRecords') && !url.includes('resumptionToken'))
    .length;
}

/** What an upgrade must keep and did not, as sentences; none when all is well. */
export function faultsOf(found: Findings): string[] {
  const { truth, before, looked, run, after, verify, downgrade, changedByDowngrade, back } = found;
  const kept = new Map(after.map((paper) => [paper.id, paper]));
  const changed = before.filter(
    ({ id, seq, hash }) => kept.get(id)?.seq !== seq || kept.get(id)?.hash !== hash,
  );
  const checks: readonly (readonly [boolean, string])[] = [
    [
      before.length > 0 && before.length < truth,
      `the older version held ${before.length} of ${truth}, which is no middle of a walk`,
    ],
    [
      /older|upgrade/i.test(looked.stdout + looked.stderr),
      `status says nothing of the older store: ${looked.stderr}`,
    ],
    [run.code === 0, `the first run ended with ${String(run.code)}: ${run.stderr}`],
    [
      changed.length === 0,
      `${changed.length} papers lost their number or hash: ${changed
        .slice(0, 3)
        .map(({ id }) => id)
        .join(', ')}`,
    ],
    [after.length === truth && kept.size === truth, `${after.length} papers instead of ${truth}`],
    [new Set(after.map(({ seq }) => seq)).size === after.length, 'a number was given twice'],
    [verify.code === 0, `verify ended with ${String(verify.code)}: ${verify.stdout}`],
    // Version 0.1.0 says so and tries again, which cannot be mended any more; later ones end with 78.
    [
      downgrade.code === 78 || downgrade.code === null,
      `the older version ended with ${String(downgrade.code)} over the newer store: ${downgrade.stderr}`,
    ],
    [/newer/.test(downgrade.stderr), `the older version does not say why: ${downgrade.stderr}`],
    [!changedByDowngrade, 'the older version changed the newer store'],
    [
      JSON.stringify(back) === JSON.stringify(before),
      `the copy holds ${back.length} papers, not the ${before.length} from before`,
    ],
  ];
  return checks.filter(([good]) => !good).map(([, sentence]) => sentence);
}
