import { check } from '../../fault.ts';
import type { Row, Scene } from '../row.ts';
import type { ExportedLine } from '../../product/installation.ts';
import { shortList } from './upstreams.ts';
import type { Ledger } from '../../upstream/ledger.ts';
import { ProductFailure } from '../../product/product-failure.ts';

type Play = NonNullable<Row['play']>;

/** So many rows from the start of the list are left alone: the changed ones are in closed days. */
const FIRST_PAGES = 50;
const RESTAMPED = 25;

/** Papers get new versions, are withdrawn, deleted, published again and stamped anew between two runs. */
export function changeRows(): readonly Row[] {
  return [
    {
      name: 'new-version',
      about: 'a new version and 25 mere re-stamps between two runs',
      quick: true,
      deadline: '45s',
      upstreams: [shortList('arxiv', [])],
      happened: (ledger) => happened(ledger, 'new-version', 'restamp'),
      play: revise,
    },
    {
      name: 'withdrawal',
      about: 'a withdrawal between two runs',
      quick: true,
      upstreams: [{ kind: 'biorxiv', records: 400, pageSize: 100, shorter: 4, faults: [] }],
      happened: (ledger) => happened(ledger, 'withdrawal'),
      play: withdraw,
    },
    {
      name: 'deletion',
      about: 'a deletion and 25 mere re-stamps between two runs',
      quick: true,
      upstreams: [shortList('oai-pmh', [])],
      happened: (ledger) => happened(ledger, 'deletion', 'restamp'),
      play: remove,
    },
    {
      name: 'un-deletion',
      about: 'a deleted record is published again, between two runs',
      upstreams: [shortList('oai-pmh', [])],
      happened: (ledger) => happened(ledger, 'deletion', 'new-version'),
      play: publishAgain,
    },
  ];
}

/** How many changes there were, if there was one of each kind. */
function happened({ changes }: Ledger, ...wanted: string[]): number {
  return wanted.every((name) => changes.some(({ reason }) => reason === name)) ? changes.length : 0;
}

const revise: Play = async (scene) => {
  const { product, simulators, runOnce } = scene;
  const [simulator] = simulators;
  const { alive, last } = await firstRun(scene);
  const [revised, ...others] = alive;
  if (revised === undefined) throw new ProductFailure('the first run brought too few papers');
  await simulator.control({ do: 'newVersion', id: revised.id });
  await simulator.control({ do: 'restamp', ids: others.slice(0, RESTAMPED).map(({ id }) => id) });
  const exit = await runOnce();
  const ofRevised = (papers: readonly ExportedLine[]): readonly ExportedLine[] =>
    papers.filter(({ id }) => id === revised.id);
  const versions = ofRevised(await product.papers('--all-versions')).map(({ version }) => version);
  const shown = ofRevised(await product.papers()).map(({ version }) => version);
  return {
    exit,
    checks: [
      check('the new version has a line of its own', new Set(versions).size === 2, versions),
      check(
        'the latest version is the one that is shown',
        shown.length === 1 && isLatest(shown[0] ?? null, versions),
        { shown, versions },
      ),
      await onlyChanged(scene, last, [revised]),
    ],
  };
};

/** Numbers of versions count up from 1; one that is not known yet is the newest. */
function isLatest(version: string | null, among: readonly (string | null)[]): boolean {
  return among.includes(null) ? version === null : version === String(Math.max(...among.map(Number)));
}

const withdraw: Play = async (scene) => {
  const { product, simulators, runOnce } = scene;
  const [simulator] = simulators;
  const { alive, last } = await firstRun(scene);
  const [withdrawn] = alive;
  if (withdrawn === undefined) throw new ProductFailure('the first run brought too few papers');
  await simulator.control({ do: 'withdraw', id: withdrawn.id });
  const exit = await runOnce();
  const paper = (await product.papers()).find(({ id }) => id === withdrawn.id);
  return {
    exit,
    checks: [
      check('the paper is withdrawn', paper?.withdrawn === true, paper ?? null),
      await onlyChanged(scene, last, [withdrawn]),
    ],
  };
};

const remove: Play = async (scene) => {
  const { product, simulators, runOnce } = scene;
  const [simulator] = simulators;
  const { alive, last } = await firstRun(scene);
  const [removed, ...others] = alive;
  if (removed === undefined) throw new ProductFailure('the first run brought too few papers');
  await simulator.control({ do: 'remove', id: removed.id });
  await simulator.control({ do: 'restamp', ids: others.slice(0, RESTAMPED).map(({ id }) => id) });
  const exit = await runOnce();
  const paper = (await product.papers()).find(({ id }) => id === removed.id);
  return {
    exit,
    checks: [
      check('the paper is deleted', paper?.deleted === true, paper?.deleted ?? null),
      check('and keeps its title', paper?.title === removed.title, paper?.title ?? null),
      await onlyChanged(scene, last, [removed]),
    ],
  };
};

const publishAgain: Play = async (scene) => {
  const { product, simulators, runOnce } = scene;
  const [simulator] = simulators;
  const { alive } = await firstRun(scene);
  const [removed] = alive;
  if (removed === undefined) throw new ProductFailure('the first run brought too few papers');
  const shown = async (): Promise<boolean | undefined> =>
    (await product.papers()).find(({ id }) => id === removed.id)?.deleted;
  await simulator.control({ do: 'remove', id: removed.id });
  await runOnce();
  const between = await shown();
  await simulator.control({ do: 'newVersion', id: removed.id });
  const exit = await runOnce();
  const after = await shown();
  return {
    exit,
    checks: [
      check('it is deleted while it is', between === true, between),
      check('and alive again afterwards', after === false, after),
    ],
  };
};

async function firstRun({
  product,
  runOnce,
}: Scene): Promise<{ alive: readonly ExportedLine[]; last: number }> {
  await runOnce();
  const papers = await product.papers();
  const alive = papers.filter(({ deleted, withdrawn }) => !deleted && !withdrawn).slice(FIRST_PAGES);
  return { alive, last: Math.max(...papers.map(({ seq }) => seq)) };
}

/** The change feed names these papers and no other: a mere re-stamp is no change. */
async function onlyChanged({ product }: Scene, since: number, papers: readonly ExportedLine[]) {
  const changed = new Set((await product.papers('--since-seq', String(since))).map(({ id }) => id));
  const wanted = papers.every(({ id }) => changed.has(id));
  return check(
    'mere re-stamps are no changes',
    wanted && changed.size === papers.length,
    `${String(changed.size)} changed`,
  );
}
