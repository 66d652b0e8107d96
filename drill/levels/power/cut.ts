import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../../catalogue/storage/harvest.ts';
import type { Dice } from '../../kill/random.ts';
import { Foreground } from '../../product/foreground.ts';
import type { Installation } from '../../product/installation.ts';
import { killGroup, type Running } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import { acknowledged } from './acknowledged.ts';
import type { Disk } from './disk.ts';

const WRITER = join(import.meta.dirname, import.meta.url.endsWith('.ts') ? 'writer.ts' : 'writer.js');
/** Nobody waits longer than this for the commit at which the power is to be cut. */
const LONGEST_LIFE_MS = 30_000;

/** What a cut showed. */
export interface Cut {
  /** Records that the product had said to be committed, by all lives so far. */
  readonly acked: number;
  /** Of these, in this life. */
  readonly ackedNow: number;
  /** Acknowledged, and not in the store after the cut. */
  readonly lost: readonly string[];
  /** Exit code of `verify` after the cut; null where there was no store yet. */
  readonly verified: number | null;
  readonly sentence: string;
}

/** An installation on a disk whose power is cut again and again. */
export interface Lane {
  readonly disk: Disk;
  readonly product: Installation;
  readonly ledgerFile: string;
  readonly acked: Set<string>;
}

/** Lets the product harvest, cuts the power at a moment of the dice's choice, and looks at what is left. */
export async function cutOnce(
  { disk, product, ledgerFile, acked }: Lane,
  dice: Dice,
  stage: Stage,
  under: readonly string[] = [],
): Promise<Cut> {
  const cut = await disk.armCut();
  const live = Foreground.start(product, stage.signal, { group: true, under }, ['run', '--once']);
  const { running } = live;
  try {
    await momentOf(dice, () => live.count(({ kind }) => kind === 'commit'), running, stage.signal);
    // What was acknowledged is counted first: a commit between the cut and the count would seem lost.
    const told = [...live.events()];
    await cut();
    const now = acknowledged(told, Ledger.read(ledgerFile));
    const before = acked.size;
    for (const id of now) acked.add(id);
    await end(running);
    await disk.unmount();
    await disk.mount();
    return { ...(await lookAt(product, acked)), acked: acked.size, ackedNow: acked.size - before };
  } finally {
    await end(running);
  }
}

/** A third of the cuts come while it starts, the others some commits later, and then at any instant between two. */
async function momentOf(
  dice: Dice,
  commits: () => number,
  { child }: Running,
  signal: AbortSignal,
): Promise<void> {
  if (dice.upTo(3) === 1) return pause(dice.upTo(900), signal);
  const wanted = dice.upTo(25);
  const deadline = performance.now() + LONGEST_LIFE_MS;
  while (commits() < wanted && performance.now() < deadline && child.exitCode === null)
    await pause(5, signal);
  return pause(dice.upTo(60), signal);
}

async function lookAt(
  product: Installation,
  acked: ReadonlySet<string>,
): Promise<Pick<Cut, 'lost' | 'verified' | 'sentence'>> {
  const lostOf = (stored: ReadonlySet<string>): readonly string[] =>
    [...acked].filter((id) => !stored.has(id));
  if (!existsSync(join(product.folder, 'data', 'holdfast.db')))
    return { lost: lostOf(new Set()), verified: null, sentence: 'there is no store' };
  const { code, stdout, stderr } = await product.run('verify');
  const sentence = `${stdout}${stderr}`.slice(0, 300);
  // A file without a first page is no store either: whatever was acknowledged is gone, and verify says so.
  if (sentence.includes('There is no store')) return { lost: lostOf(new Set()), verified: null, sentence };
  // What a damaged store still gives is nobody's word.
  const stored = code === 0 && acked.size > 0 ? await product.papers() : [];
  return { lost: lostOf(new Set(stored.map(({ id }) => id))), verified: code, sentence };
}

/** Kills everything that the run started: they share its process group. */
async function end({ child, ended }: Running): Promise<void> {
  if (child.pid !== undefined) killGroup(child.pid);
  await ended;
}

/** A writer that never syncs: how many lines it had said to be written, and how many of them a cut took. */
export async function cutControl(
  disk: Disk,
  dice: Dice,
  stage: Stage,
  name: string,
): Promise<{ acked: number; lost: number }> {
  const cut = await disk.armCut();
  const file = join(disk.folder, name);
  const child = spawn(process.execPath, [WRITER, file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    signal: stage.signal,
  });
  const gone = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.once('close', () => resolve());
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  try {
    const wanted = 20 + dice.upTo(200);
    while (linesIn(said) < wanted && child.exitCode === null) await pause(10, stage.signal);
    const acked = linesIn(said);
    await cut();
    child.kill('SIGKILL');
    await gone;
    await disk.unmount();
    await disk.mount();
    const left = existsSync(file) ? linesIn(readFileSync(file, 'latin1')) : 0;
    return { acked, lost: Math.max(0, acked - left) };
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
