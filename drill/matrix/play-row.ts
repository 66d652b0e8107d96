import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation } from '../product/installation.ts';
import { faultName } from '../upstream/catalogue.ts';
import { Ledger } from '../upstream/ledger.ts';
import { Simulator } from '../upstream/simulator.ts';
import { countRow, sumCounts, type Counts } from './counts.ts';
import { judge, type Result } from './result.ts';
import type { Check, Evidence, Played, Row, Stage, UpstreamSpec } from './row.ts';

/** What every row is played with. */
export interface PlayOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
}

const DEADLINE = '90s';

/** Plays rows; a walk without faults, to compare the number of requests with, is played once for all that share it. */
export class Player {
  readonly #options: PlayOptions;
  readonly #clean = new Map<string, Promise<number>>();

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  /**
   * Plays a row in a folder of its own, with processes of its own. A row that the drill itself cannot play is
   * unknown. @throws the signal's reason
   */
  async play(row: Row): Promise<Result> {
    const began = performance.now();
    const run = await this.#run(row).catch((error: unknown) => {
      this.#options.signal.throwIfAborted();
      return unplayed(error);
    });
    const wasted = row.play === undefined ? run.counts.requests - (await this.#cleanRequests(row)) : null;
    const { expectedFired, fired } = run;
    const { verdict, findings } = judge({ row, wasted, ...run });
    return {
      name: row.name,
      group: row.group,
      about: row.about,
      seed: this.#options.seed,
      fired,
      expectedFired,
      exit: run.exit,
      counts: run.counts,
      wasted,
      verdict,
      findings,
      checks: run.checks,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      peers: row.peers,
    };
  }

  #cleanRequests(row: Row): Promise<number> {
    const upstreams = row.upstreams.map(withoutFaults);
    const key = JSON.stringify(upstreams);
    const known = this.#clean.get(key);
    if (known !== undefined) return known;
    const [first, ...rest] = upstreams;
    if (first === undefined) throw new TypeError('a row needs an upstream');
    const clean = this.#run({
      name: 'clean',
      group: 'clean',
      about: 'no fault',
      upstreams: [first, ...rest],
    }).then(({ exit, counts }) => {
      if (exit !== 0 || counts.lost > 0 || counts.duplicated > 0)
        throw new Error(`the walk without a fault ended with ${String(exit)}: ${JSON.stringify(counts)}`);
      return counts.requests;
    });
    this.#clean.set(key, clean);
    return clean;
  }

  async #run(row: Row): Promise<Run> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-matrix-'));
    const simulators: Simulator[] = [];
    const ending = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, ending.signal]);
    try {
      for (const [index, spec] of row.upstreams.entries())
        simulators.push(await this.#simulate(spec, folder, index));
      return await this.#perform(row, folder, simulators, signal);
    } finally {
      // A play that failed may have left a run behind.
      ending.abort();
      await Promise.all(simulators.map((simulator) => simulator.stop()));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  #simulate(spec: UpstreamSpec, folder: string, index: number): Promise<Simulator> {
    const { seed, signal } = this.#options;
    const { args = [] } = spec;
    const ledgerFile = join(folder, `upstream-${String(index + 1)}.jsonl`);
    return Simulator.start({ ...spec, args, seed: seed + index }, { folder, ledgerFile, signal });
  }

  async #perform(row: Row, folder: string, all: readonly Simulator[], signal: AbortSignal): Promise<Run> {
    const [first, ...rest] = all;
    if (first === undefined) throw new TypeError('a row needs an upstream');
    const simulators = [first, ...rest] as const;
    const home = join(folder, 'home');
    mkdirSync(home);
    const product = new Installation(home, signal);
    product.configure(all.map((simulator, index) => sourceOf(row.upstreams[index], simulator, index)));
    const deadline = row.deadline ?? DEADLINE;
    const runOnce = async (): Promise<number | null> =>
      (await product.run('run', '--once', '--deadline', deadline)).code;
    const ledgers = (): Evidence['ledgers'] => [
      Ledger.read(first.ledgerFile),
      ...rest.map(({ ledgerFile }) => Ledger.read(ledgerFile)),
    ];
    const stage: Stage = { product, simulators, ledgers, runOnce, signal, deadline };
    const played = await (row.play ?? playOnce(row))(stage);
    const answerWith = (fault: string): Promise<string> => this.#answerWith(fault, row, folder, ledgers()[0]);
    return this.#look(row, { ledgers: ledgers(), product, answerWith }, played);
  }

  /** A run of a simulator is replayed by its seed, its flags and the same requests in the same order. */
  async #answerWith(fault: string, row: Row, folder: string, ledger: Ledger): Promise<string> {
    const simulator = await this.#simulate(row.upstreams[0], mkdtempSync(join(folder, 'replay-')), 0);
    try {
      for (const { request, response } of ledger.exchanges) {
        const answer = await fetch(new URL(request.url, simulator.baseUrl));
        const bytes = Buffer.from(await answer.arrayBuffer());
        if (response?.fault === fault) return bytes.toString('latin1');
      }
      throw new Error(`no answer has the fault ${fault}`);
    } finally {
      await simulator.stop();
    }
  }

  async #look(row: Row, evidence: Evidence, played: Played): Promise<Run> {
    const { product, ledgers } = evidence;
    const [papers, gaps, quarantine] = [
      await product.papers(),
      await product.gaps(),
      await product.quarantine(),
    ];
    const options = {
      withholds: row.expect?.withholds ?? false,
      owed: row.expect?.exit === 69 && played.exit === 69,
    };
    const counts = ledgers.map((ledger, index) => {
      const isOurs = ({ source }: { readonly source: string }): boolean => source === sourceId(index);
      const shown = {
        papers: papers.filter(isOurs),
        gaps: gaps.filter(isOurs),
        quarantine: quarantine.filter(isOurs),
      };
      return countRow(ledger, shown, options);
    });
    const more = (await row.check?.(evidence)) ?? [];
    return {
      exit: played.exit,
      counts: sumCounts(counts),
      checks: [...played.checks, ...more],
      ...firedIn(row, ledgers, played),
    };
  }
}

function playOnce({ during }: Row): (stage: Stage) => Promise<Played> {
  return async (stage) => {
    const [exit, checks] = await Promise.all([stage.runOnce(), during?.(stage) ?? []]);
    return { exit, checks };
  };
}

interface Run {
  readonly exit: number | null;
  readonly counts: Counts;
  readonly checks: readonly Check[];
  readonly fired: number;
  readonly expectedFired: number | 'some';
}

function unplayed(error: unknown): Run {
  const seen = error instanceof Error ? error.message : String(error);
  return {
    exit: null,
    counts: sumCounts([]),
    checks: [{ what: 'the drill could play the row', ok: false, seen }],
    fired: 0,
    expectedFired: 0,
  };
}

/** The id of a row's source in the product's configuration. */
export function sourceId(index: number): string {
  return `s${String(index + 1)}`;
}

function sourceOf(spec: UpstreamSpec | undefined, { baseUrl }: Simulator, index: number): object {
  const common = { id: sourceId(index), kind: spec?.kind, baseUrl, from: '30d' };
  return { ...common, minIntervalMs: 20, cooldown: '1s', ...spec?.source };
}

function withoutFaults(spec: UpstreamSpec): UpstreamSpec {
  const args = spec.args ?? [];
  const at = args.indexOf('--restamp');
  return { ...spec, faults: [], args: at < 0 ? args : args.toSpliced(at, 2) };
}

/** `NAME@PAGExTIMES` fires TIMES times; `x*` at least once. */
function firedIn(
  row: Row,
  ledgers: Evidence['ledgers'],
  { happened }: Played,
): { readonly fired: number; readonly expectedFired: number | 'some' } {
  if (happened !== undefined) return { fired: happened[0], expectedFired: happened[1] };
  if (row.happened !== undefined)
    return {
      fired: ledgers.reduce((sum, ledger) => sum + (row.happened?.(ledger) ?? 0), 0),
      expectedFired: 'some',
    };
  const faults = row.upstreams.flatMap(({ faults }) => faults);
  const names = new Set(faults.map(faultName));
  const fired = [...names].reduce(
    (sum, name) => sum + ledgers.reduce((total, ledger) => total + ledger.fired(name), 0),
    0,
  );
  const times = faults.map((fault) => /x(\d+|\*)$/.exec(fault)?.[1] ?? '1');
  if (faults.length === 0) return { fired: 0, expectedFired: 0 };
  return {
    fired,
    expectedFired: times.includes('*') ? 'some' : times.reduce((sum, time) => sum + Number(time), 0),
  };
}
