import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from '../../drill/upstream/ledger.ts';
import { Simulator } from '../../drill/upstream/simulator.ts';
import type { Fault } from './faults.ts';
import { harvest, type Harvester } from './harvester.ts';

/** One fault, one harvester. */
export interface Cell {
  readonly fault: string;
  readonly about: string;
  readonly harvester: string;
  /** Why there is no figure: it is not installed, or the fault did not fire; null = there is one. */
  readonly missing: string | null;
  readonly kept: number;
  readonly repeated: number;
  readonly lost: number;
  readonly exit: number | 'hangs';
  /** It lost records and ended with 0. */
  readonly silent: boolean;
  readonly seconds: number;
}

/** What every cell is played with. */
export interface PlayOptions {
  readonly records: number;
  readonly seed: number;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

const PAGES = 5;

/** Plays a cell in a folder of its own. @throws the signal's reason */
export async function play(
  { fault, harvester }: { readonly fault: Fault; readonly harvester: Harvester },
  { records, seed, patienceMs, signal }: PlayOptions,
): Promise<Cell> {
  const none = { kept: 0, repeated: 0, lost: 0, exit: 0, silent: false, seconds: 0 };
  const cell = { fault: fault.fault, about: fault.about, harvester: harvester.name };
  if (harvester.missing !== null) return { ...cell, ...none, missing: harvester.missing };
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-losses-'));
  const ledgerFile = join(folder, 'upstream.jsonl');
  // arxiv-api-ts knows the query API alone; everything else walks the OAI list of its kind.
  const scope = harvester.name.startsWith('arxiv-api') ? 'api:' : '';
  const { kind } = harvester;
  const simulator = await Simulator.start(
    {
      kind,
      seed,
      records,
      pageSize: records / PAGES,
      faults: [`${scope}${fault.fault}@4`],
      args: ['--days', '50'],
    },
    { folder, ledgerFile, signal },
  );
  try {
    const { exit, kept, seconds } = await harvest(harvester, simulator.baseUrl, {
      folder,
      signal,
      patienceMs,
      pageSize: records / PAGES,
    });
    const ledger = Ledger.read(ledgerFile);
    const own = new Set(kept);
    const lost = [...ledger.truth.keys()].filter((id) => !own.has(id)).length;
    return {
      ...cell,
      missing: ledger.fired(fault.fault) > 0 ? null : 'the fault did not fire',
      kept: own.size,
      repeated: kept.length - own.size,
      lost,
      exit,
      silent: lost > 0 && exit === 0,
      seconds,
    };
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
