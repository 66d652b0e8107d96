import { check, type Row, type Stage } from '../row.ts';
import type { ExportedLine } from '../../product/installation.ts';
import type { Ledger } from '../../upstream/ledger.ts';

type Play = NonNullable<Row['play']>;

/** F14: papers get new versions, are withdrawn, deleted and stamped anew between two runs. */
export function changeRows(): readonly Row[] {
  return [
    {
      name: 'F14:new-version',
      group: 'F14',
      about: 'a new version and 100 mere re-stamps between two runs',
      upstreams: [{ kind: 'arxiv', records: 1_000, pageSize: 200, faults: [] }],
      happened: (ledger) => happened(ledger, 'new-version', 'restamp'),
      play: revise,
    },
    {
      name: 'F14:withdrawal',
      group: 'F14',
      about: 'a withdrawal between two runs',
      upstreams: [{ kind: 'biorxiv', records: 500, pageSize: 100, faults: [] }],
      happened: (ledger) => happened(ledger, 'withdrawal'),
      play: withdraw,
    },
    {
      name: 'F14:deletion',
      group: 'F14',
      about: 'a deletion and 100 mere re-stamps between two runs',
      upstreams: [{ kind: 'oai-pmh', records: 1_000, pageSize: 200, faults: [] }],
      happened: (ledger) => happened(ledger, 'deletion', 'restamp'),
      play: remove,
    },
  ];
}

/** How many changes there were, if there was one of each kind. */
function happened({ changes }: Ledger, ...wanted: string[]): number {
  return wanted.every((name) => changes.some(({ reason }) => reason === name)) ? changes.length : 0;
}

const revise: Play = async (stage) => {
  const { product, simulators, runOnce } = stage;
  const [simulator] = simulators;
  const { alive, last } = await firstRun(stage);
  const [revised, ...others] = alive;
  if (revised === undefined) throw new Error('the first run brought too few papers');
  await simulator.control({ do: 'newVersion', id: revised.id });
  await simulator.control({ do: 'restamp', ids: others.slice(0, 100).map(({ id }) => id) });
  const exit = await runOnce();
  const versions = (await product.papers('--all-versions'))
    .filter(({ id }) => id === revised.id)
    .map(({ version }) => version);
  return {
    exit,
    checks: [
      check('the new version has a line of its own', new Set(versions).size === 2, versions),
      await onlyChanged(stage, last, [revised]),
    ],
  };
};

const withdraw: Play = async (stage) => {
  const { product, simulators, runOnce } = stage;
  const [simulator] = simulators;
  const { alive, last } = await firstRun(stage);
  const [withdrawn] = alive;
  if (withdrawn === undefined) throw new Error('the first run brought too few papers');
  await simulator.control({ do: 'withdraw', id: withdrawn.id });
  const exit = await runOnce();
  const paper = (await product.papers()).find(({ id }) => id === withdrawn.id);
  return {
    exit,
    checks: [
      check('the paper is withdrawn', paper?.withdrawn === true, paper ?? null),
      await onlyChanged(stage, last, [withdrawn]),
    ],
  };
};

const remove: Play = async (stage) => {
  const { product, simulators, runOnce } = stage;
  const [simulator] = simulators;
  const { alive, last } = await firstRun(stage);
  const [removed, ...others] = alive;
  if (removed === undefined) throw new Error('the first run brought too few papers');
  await simulator.control({ do: 'remove', id: removed.id });
  await simulator.control({ do: 'restamp', ids: others.slice(0, 100).map(({ id }) => id) });
  const exit = await runOnce();
  const paper = (await product.papers()).find(({ id }) => id === removed.id);
  return {
    exit,
    checks: [
      check('the paper is deleted', paper?.deleted === true, paper?.deleted ?? null),
      check('and keeps its title', paper?.title === removed.title, paper?.title ?? null),
      await onlyChanged(stage, last, [removed]),
    ],
  };
};

async function firstRun({
  product,
  runOnce,
}: Stage): Promise<{ alive: readonly ExportedLine[]; last: number }> {
  await runOnce();
  const papers = await product.papers();
  const alive = papers.filter(({ deleted, withdrawn }) => !deleted && !withdrawn).slice(200);
  return { alive, last: Math.max(...papers.map(({ seq }) => seq)) };
}

/** The change feed names these papers and no other: a mere re-stamp is no change. */
async function onlyChanged({ product }: Stage, since: number, papers: readonly ExportedLine[]) {
  const changed = new Set((await product.papers('--since-seq', String(since))).map(({ id }) => id));
  const wanted = papers.every(({ id }) => changed.has(id));
  return check(
    'mere re-stamps are no changes',
    wanted && changed.size === papers.length,
    `${String(changed.size)} changed`,
  );
}
