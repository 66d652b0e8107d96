import { check, type Check, type Played } from '../fault.ts';
import type { ExportedLine } from '../product/installation.ts';
import type { Stage } from '../stage.ts';
import { Ledger } from '../upstream/ledger.ts';
import type { Simulator } from '../upstream/simulator.ts';
import { cleanWalk, mostRequests, type CleanWalk } from './clean-walk.ts';
import { countRow, sumCounts, type Counts } from './counts.ts';
import { firedIn } from './fired.ts';
import { intervalOf, sourceId, sourceOf } from './source-of.ts';
import { hashesHold } from './hashes.ts';
import { spaced } from './ledger-checks.ts';
import { timesOf } from './times.ts';
import type { Evidence, Outcome, Row, Scene, UpstreamSpec } from './row.ts';

const DEADLINE = '90s';

/** Plays a row: simulated upstreams and the built command line as real processes, counted by the upstreams' ledgers. */
export async function playRow(row: Row, stage: Stage): Promise<Played> {
  const specs = row.upstreams.map((spec) => sized(spec, stage));
  const simulators = await Promise.all(specs.map((spec, index) => simulate(stage, spec, index)));
  const [first, ...rest] = simulators;
  if (first === undefined) throw new TypeError('a row needs an upstream');
  const product = stage.install(
    simulators.map((simulator, index) => sourceOf(specs[index], simulator, index)),
  );
  const ledgers = (): Evidence['ledgers'] => [
    Ledger.read(first.ledgerFile),
    ...rest.map(({ ledgerFile }) => Ledger.read(ledgerFile)),
  ];
  let output = '';
  const startOnce: Scene['startOnce'] = () => {
    const running = product.startWith(
      { env: { ...row.env } },
      'run',
      '--once',
      '--deadline',
      row.deadline ?? DEADLINE,
    );
    running.child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()));
    return running;
  };
  const runOnce = async (): Promise<number | null> => (await startOnce().ended).code;
  const scene: Scene = {
    product,
    simulators: [first, ...rest],
    ledgers,
    startOnce,
    runOnce,
    signal: stage.signal,
  };
  const outcome = await (row.play ?? playOnce(row))(scene);
  const evidence = { ledgers: ledgers(), product, answerWith: replayer(stage, specs[0], ledgers) };
  const papers = await product.papers();
  const counts = await countAll(row, { ...evidence, papers }, outcome);
  const clean = row.play === undefined ? await cleanWalk(stage, specs) : null;
  const wasted = clean === null ? null : counts.requests - clean.requests;
  const checks = [
    ...expected(row, outcome, counts, wasted),
    ...cleanChecks(clean, specs),
    hashesHold(papers),
    ...evidence.ledgers.map((ledger, index) => spaced(ledger, intervalOf(specs[index]))),
    ...outcome.checks,
  ];
  const { injected, wanted } = firedIn(row, specs, evidence.ledgers, outcome);
  return {
    injected,
    wanted,
    traffic: counts.requests,
    lost: counts.lost,
    duplicated: counts.duplicated,
    unexpected: counts.unexpected,
    // A run that had to end with its work undone, because the fault goes on, has recovered when it says so.
    recovered: outcome.exit === (row.expect?.exit ?? 0),
    ...timesOf(output, evidence.ledgers),
    requestsWasted: wasted,
    checks: [...checks, ...((await row.check?.(evidence)) ?? [])],
    evidence: evidenceOf(counts, outcome),
  };
}

/** A product that errs without any fault must not hide behind a comparison with itself. */
function cleanChecks(clean: CleanWalk | null, specs: readonly UpstreamSpec[]): readonly Check[] {
  if (clean === null) return [];
  const { exit, requests } = clean;
  const most = mostRequests(specs);
  return [
    check('the same walk without the fault ends well', exit === 0, exit, 'I6'),
    ...(most === null
      ? []
      : [check(`and needs at most ${String(most)} requests`, requests <= most, requests, 'I8')]),
  ];
}

function sized(spec: UpstreamSpec, { size }: Stage): UpstreamSpec {
  const { shorter = 1, records, pageSize } = spec;
  return size === 'full' ? spec : { ...spec, records: records / shorter, pageSize: pageSize / shorter };
}

function simulate(stage: Stage, spec: UpstreamSpec, index: number): Promise<Simulator> {
  return stage.simulate({ ...spec, args: spec.args ?? [], seed: stage.seed + index });
}

function playOnce({ during }: Row): (scene: Scene) => Promise<Outcome> {
  return async (scene) => {
    const [exit, checks] = await Promise.all([scene.runOnce(), during?.(scene) ?? []]);
    return { exit, checks };
  };
}

/** A run of a simulator is replayed by its seed, its flags and the same requests in the same order. */
function replayer(
  stage: Stage,
  spec: UpstreamSpec | undefined,
  ledgers: () => Evidence['ledgers'],
): Evidence['answerWith'] {
  return async (fault) => {
    if (spec === undefined) throw new TypeError('a row needs an upstream');
    const [{ exchanges }] = ledgers();
    const { baseUrl } = await simulate(stage, spec, 0);
    for (const { request, response } of exchanges) {
      const answer = await fetch(new URL(request.url, baseUrl), { signal: stage.signal });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (response?.fault === fault) return bytes.toString('latin1');
    }
    throw new Error(`no answer has the fault ${fault}`);
  };
}

async function countAll(
  row: Row,
  { ledgers, product, papers }: Evidence & { readonly papers: readonly ExportedLine[] },
  { exit }: Outcome,
): Promise<Counts> {
  const [gaps, quarantine] = await Promise.all([product.gaps(), product.quarantine()]);
  const owed = row.expect?.exit === 69 && exit === 69;
  return sumCounts(
    ledgers.map((ledger, index) => {
      const isOurs = ({ source }: { readonly source: string }): boolean => source === sourceId(index);
      const shown = {
        papers: papers.filter(isOurs),
        gaps: gaps.filter(isOurs),
        quarantine: quarantine.filter(isOurs),
      };
      return countRow(ledger, shown, { withholds: false, owed });
    }),
  );
}

function expected(row: Row, { exit }: Outcome, counts: Counts, wasted: number | null): readonly Check[] {
  const wanted = { exit: 0, gaps: 0, quarantined: 0, ...row.expect };
  const { wastedAtMost } = wanted;
  const { gaps, quarantined, examples } = counts;
  return [
    check(`run --once ends with ${String(wanted.exit)}`, exit === wanted.exit, exit, 'I6'),
    check(`${String(wanted.gaps)} gaps are listed`, gaps === wanted.gaps, gaps, 'I1'),
    check(
      `${String(wanted.quarantined)} records are in the quarantine`,
      quarantined === wanted.quarantined,
      quarantined,
    ),
    check('every identifier is accounted for', examples.length === 0, examples.join(', '), 'I1'),
    ...(wastedAtMost === undefined || wasted === null
      ? []
      : [check(`at most ${String(wastedAtMost)} requests are wasted`, wasted <= wastedAtMost, wasted, 'I8')]),
  ];
}

function evidenceOf(counts: Counts, { exit }: Outcome): string {
  const { upstream, store, requests, gaps, quarantined } = counts;
  return [
    `${String(store)} of ${String(upstream)} records by ${String(requests)} requests`,
    ...(gaps > 0 ? [`${String(gaps)} gaps`] : []),
    ...(quarantined > 0 ? [`${String(quarantined)} in the quarantine`] : []),
    `exit ${String(exit)}`,
  ].join(', ');
}
