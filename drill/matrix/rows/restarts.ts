import type { Kind } from '../../upstream/simulator.ts';
import type { Ledger } from '../../upstream/ledger.ts';
import { until } from '../until.ts';
import { check, type Check } from '../../fault.ts';
import type { Outcome, Row, Scene } from '../row.ts';
import { measuredList, shortList } from './upstreams.ts';

const PAGE_SIZE = 500;

type Victim = 'engine' | 'everything';

/** Kill -9 in the middle of the walk; ten pages. */
export function killRows(kind: Kind): readonly Row[] {
  const after = (pages: number, victim: Victim, more: Partial<Row> = {}): Row => ({
    name: `kill-${victim}-after-${String(pages)}`,
    about: `SIGKILL of ${victim === 'engine' ? 'the engine, whose supervisor starts it again' : 'engine and supervisor'} after ${String(pages)} of 10 pages`,
    upstreams: [measuredList(kind, [], { pageSize: PAGE_SIZE })],
    layer: 'process',
    play: (scene) => kill(scene, pages, victim),
    ...more,
  });
  return [
    after(5, 'everything', { name: 'sigkill-after-5-of-10' }),
    ...[1, 3, 8].map((pages) => after(pages, 'everything')),
    ...[2, 6].map((pages) => after(pages, 'engine')),
  ];
}

/** Two processes, one store. */
export function instanceRows(kind: Kind): readonly Row[] {
  return [
    {
      name: 'second-instance',
      about: 'a second engine on the same store ends with 75 and disturbs nothing',
      upstreams: [shortList(kind, ['slow-first-byte@2'], { args: ['--slow-ms', '2500'] })],
      layer: 'process',
      play: async ({ startOnce, runOnce, ledgers, signal }) => {
        const first = startOnce();
        await until(() => ledgers()[0].faults.length > 0, signal);
        const second = await runOnce();
        const running = first.child.exitCode === null;
        const { code } = await first.ended;
        return {
          exit: code,
          checks: [
            check('the second one ended with 75', second === 75, second),
            check('while the first one ran', running, running),
          ],
        };
      },
    },
  ];
}

async function kill(scene: Scene, pages: number, victim: Victim): Promise<Outcome> {
  const { startOnce, ledgers, runOnce, signal } = scene;
  const running = startOnce();
  const engines = new Set<number>();
  running.child.stdout?.on('data', (bytes: Buffer) => {
    for (const [, pid] of bytes.toString().matchAll(/"kind":"engine-started"[^\n]*?"pid":(\d+)/g))
      engines.add(Number(pid));
  });
  await until(() => pagesIn(ledgers()[0]) >= pages && engines.size > 0, signal);
  const [engine] = engines;
  if (engine === undefined) throw new Error('the engine did not say that it started');
  if (victim === 'everything') running.child.kill('SIGKILL');
  process.kill(engine, 'SIGKILL');
  const { code } = await running.ended;
  const exit = victim === 'everything' ? await runOnce() : code;
  await until(() => !isAlive(engine), signal);
  // The supervisor was ended by a signal, or has started another engine.
  const kills = victim === 'everything' ? Number(code === null) : engines.size - 1;
  return { exit, happened: [kills, 1], checks: [fetchedAgain(ledgers()[0])] };
}

/** A page of closed days whose every row was delivered before by the same kind of request. The tail is always asked anew. */
function fetchedAgain(ledger: Ledger): Check {
  const seen = new Set<string>();
  let again = 0;
  let tail = false;
  for (const { request, response } of ledger.exchanges) {
    if (request.verb !== 'ListRecords' || response === undefined) continue;
    if (request.params['resumptionToken'] === undefined) tail = request.params['until'] === undefined;
    const { served = [] } = response;
    if (!tail && served.length > 0 && served.every((id) => seen.has(id))) again += 1;
    for (const id of served) seen.add(id);
  }
  return check('at most one page was fetched again', again <= 1, again);
}

function pagesIn(ledger: Ledger): number {
  return ledger.exchanges.filter(
    ({ request, response }) => request.verb === 'ListRecords' && response?.status === 200,
  ).length;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
