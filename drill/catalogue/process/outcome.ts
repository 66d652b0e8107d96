import { countsOf, examplesOf } from '../../checker/compare.ts';
import { recoverAfter, type DrillEvent } from '../../checker/events.ts';
import { oneIncident } from '../../checker/invariants.ts';
import { incidentsOf } from '../../checker/running.ts';
import { storedOf } from '../../checker/stored.ts';
import { check, type Check, type Played } from '../../fault.ts';
import { SOURCE } from '../../product/one-source.ts';
import type { Harvest } from './harvest.ts';
import { ProductFailure } from '../../product/product-failure.ts';

/** What a play knows of its fault when the harvest is caught up again. */
export interface Story {
  readonly injected: number;
  readonly wanted: number | 'some';
  /** Wall ms. */
  readonly faultAt: number;
  readonly faultEnd: number;
  /** The product's first word about it. */
  readonly detected?: (event: DrillEvent) => boolean;
  readonly detectMs?: number | null;
  /** Of the cause that is to have exactly one row in `incidents`, open until the engine was healthy for ten minutes. */
  readonly incident?: string;
  readonly checks: readonly Check[];
  readonly evidence: string;
}

/** Ends the harvest as a person does, and compares what is stored with the upstream's ledger. */
export async function finish(harvest: Harvest, story: Story): Promise<Played> {
  const events = harvest.events();
  const stopped = await harvest.stop();
  return judgeStore(harvest, {
    ...story,
    events,
    checks: [...story.checks, check('it ends as a person tells it to', stopped === 0, stopped)],
  });
}

/** As `finish`, where nothing runs any more; `events` of a run of its own, when its supervisor logged to no file. */
export async function judgeStore(
  harvest: Harvest,
  story: Story & { readonly events?: readonly DrillEvent[] },
): Promise<Played> {
  const { product, ledger } = harvest;
  const { faultAt, faultEnd, detected, events = harvest.events() } = story;
  const [{ papers, gaps, comparisons }, verified, incidents] = await Promise.all([
    storedOf(product, () => [{ id: SOURCE, ledger }]),
    product.run('verify'),
    incidentsOf(product),
  ]);
  const recoverMs = recoverAfter(events, faultEnd);
  const word = detected && events.find((event) => event.at >= faultAt && detected(event));
  const { incident } = story;
  return {
    injected: story.injected,
    wanted: story.wanted,
    traffic: ledger.exchanges.length,
    ...countsOf(comparisons),
    recovered: recoverMs !== null,
    detectMs: story.detectMs === undefined ? (word === undefined ? null : word.at - faultAt) : story.detectMs,
    recoverMs,
    requestsWasted: null,
    checks: [
      ...story.checks,
      ...(detected === undefined ? [] : [check('it is told', word !== undefined, 'not a word in the log')]),
      ...(incident === undefined ? [] : [oneIncident(incidents, [incident], { over: false })]),
      check('no gap is left', gaps.length === 0, gaps.length),
      check('the store is whole', verified.code === 0, verified.stdout, 'I3'),
    ],
    evidence: [story.evidence, `${String(papers.length)} papers`, ...comparisons.flatMap(examplesOf)].join(
      '; ',
    ),
  };
}

/** The restarts that `status` counts, and how it calls the engine. */
export interface EngineLine {
  readonly state: string;
  readonly pid: number | null;
  readonly nextStartAt: string | null;
  readonly restarts: Readonly<Record<string, number>>;
}

/** `status --json`: the engine and the source of these rows. */
export async function statusOf({ product }: Harvest): Promise<{
  readonly engine: EngineLine;
  readonly source: { readonly state: string; readonly reason: string } | undefined;
  readonly text: string;
}> {
  const { stdout, stderr } = await product.run('status', '--json');
  if (stdout === '') throw new ProductFailure(`holdfast status said nothing: ${stderr}`);
  const { engine, sources } = JSON.parse(stdout) as {
    engine: EngineLine;
    sources: readonly { id: string; state: string; reason: string }[];
  };
  return { engine, source: sources.find(({ id }) => id === SOURCE), text: stdout };
}
