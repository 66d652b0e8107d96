import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation } from '../product/installation.ts';
import { Ledger } from '../upstream/ledger.ts';
import { Simulator } from '../upstream/simulator.ts';
import type { Peer } from './peers.ts';

/** A row of the table: one fault, one harvester. */
export interface Result {
  readonly fault: string;
  readonly peer: string;
  readonly seed: number;
  readonly fired: number;
  /** Its exit code; `killed` when it did not end. */
  readonly exit: number | 'killed' | null;
  readonly kept: number;
  readonly lost: number;
  /** Identifiers that `audit --input` named. */
  readonly named: number;
  readonly auditExit: number | null;
  readonly verdict: 'valid' | 'invalid' | 'unknown' | 'not-covered';
  readonly findings: readonly string[];
  /** It lost records and said that all was well. */
  readonly silent: boolean;
}

/** What every row is played with. */
export interface PlayOptions {
  readonly seed: number;
  readonly records: number;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

/** Plays a row in a folder of its own, with a simulated repository of its own. */
export async function play(fault: string, peer: Peer, options: PlayOptions): Promise<Result> {
  const nothing = {
    fault,
    peer: peer.name,
    seed: options.seed,
    fired: 0,
    exit: null,
    kept: 0,
    lost: 0,
    named: 0,
    auditExit: null,
    silent: false,
  };
  if (peer.missing !== null) return { ...nothing, verdict: 'not-covered', findings: [peer.missing] };
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-input-'));
  try {
    return await perform(fault, peer, folder, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return {
      ...nothing,
      verdict: 'unknown',
      findings: [error instanceof Error ? error.message : String(error)],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function perform(fault: string, peer: Peer, folder: string, options: PlayOptions): Promise<Result> {
  const { seed, records, pageSize, signal } = options;
  const ledgerFile = join(folder, 'upstream.jsonl');
  const simulator = await Simulator.start(
    { kind: 'oai-pmh', seed, records, pageSize, faults: [`${fault}@4`], args: [] },
    { folder, ledgerFile, signal },
  );
  try {
    const left = await peer.harvest(simulator.baseUrl, folder, signal);
    const fired = Ledger.read(ledgerFile).fired(fault);
    const product = await harvestOurselves(folder, simulator.baseUrl, signal);
    const audit = await product.run('audit', '--input', left.path, '--source', 'repository', '--json');
    const rows = audit.stdout.trimStart().startsWith('[')
      ? (JSON.parse(audit.stdout) as { id: string }[])
      : [];
    const named = rows.map(({ id }) => id);
    const truth = [...Ledger.read(ledgerFile).truth.values()].filter(({ deleted }) => deleted !== true);
    const lost = truth.map(({ id }) => id).filter((id) => !left.kept.has(id));
    const findings = compare({ lost, named, auditExit: audit.code, stderr: audit.stderr });
    return {
      fault,
      peer: peer.name,
      seed,
      fired,
      exit: left.exit,
      kept: left.kept.size,
      lost: lost.length,
      named: named.length,
      auditExit: audit.code,
      verdict: fired === 0 ? 'unknown' : findings.length === 0 ? 'valid' : 'invalid',
      findings: fired === 0 ? ['the fault did not fire', ...findings] : findings,
      silent: lost.length > 0 && left.exit === 0,
    };
  } finally {
    await simulator.stop();
  }
}

async function harvestOurselves(folder: string, baseUrl: string, signal: AbortSignal): Promise<Installation> {
  const home = join(folder, 'home');
  mkdirSync(home);
  const product = new Installation(home, signal);
  product.configure([
    { id: 'repository', kind: 'oai-pmh', baseUrl, from: 'all', minIntervalMs: 20, cooldown: '1s' },
  ]);
  const { code, stderr } = await product.run('run', '--once', '--deadline', '90s');
  if (code !== 0) throw new Error(`our own harvest ended with ${String(code)}: ${stderr.slice(-500)}`);
  return product;
}

interface Compared {
  readonly lost: readonly string[];
  readonly named: readonly string[];
  readonly auditExit: number | null;
  readonly stderr: string;
}

function compare({ lost, named, auditExit, stderr }: Compared): readonly string[] {
  const [lostSet, namedSet] = [new Set(lost), new Set(named)];
  const unnamed = lost.filter((id) => !namedSet.has(id));
  const wrong = named.filter((id) => !lostSet.has(id));
  const expected = lost.length > 0 ? 4 : 0;
  return [
    ...(unnamed.length === 0
      ? []
      : [`${unnamed.length} lost and not named: ${unnamed.slice(0, 3).join(', ')}`]),
    ...(wrong.length === 0 ? [] : [`${wrong.length} named and not lost: ${wrong.slice(0, 3).join(', ')}`]),
    ...(namedSet.size === named.length ? [] : ['an identifier is named twice']),
    ...(auditExit === expected
      ? []
      : [`audit ended with ${String(auditExit)}, not ${expected}: ${stderr.slice(-300)}`]),
  ];
}
