import { setTimeout as pause } from 'node:timers/promises';
import { eventsOf } from '../../drill/checker/events.ts';
import { FaultProxy } from '../../drill/proxy/fault-proxy.ts';
import { onStage, type Stage } from '../../drill/stage.ts';
import type { Running } from '../../drill/product/run-command.ts';
import type { Simulator } from '../../drill/upstream/simulator.ts';
import { lanesOf, type Recording } from './recording.ts';
import { timelinePicture, type Mark } from './timeline-picture.ts';

/** A picture of a layer: what it is about, and the run that it is drawn from. */
export interface LayerPicture {
  readonly file: string;
  readonly title: string;
  readonly play: (stage: Stage) => Promise<Recording>;
}

const LIST = { kind: 'oai-pmh', records: 600, pageSize: 50 } as const;

/** One picture for each layer, each from a run of its own. */
export const layerPictures: readonly LayerPicture[] = [
  {
    file: 'layer-1.svg',
    title: 'A Retry-After and a reset connection',
    play: (stage) => oneRun(stage, ['503-retry-after@3', 'tcp-reset@6']),
  },
  {
    file: 'layer-2.svg',
    title: 'A cut page and an empty page in the middle of a list',
    play: (stage) => oneRun(stage, ['body-cut-valid@3', 'empty-page-with-empty-token@6']),
  },
  { file: 'layer-3.svg', title: 'The upstream cannot be reached for some seconds', play: outage },
  { file: 'layer-4.svg', title: 'One upstream blocks, the other goes on', play: twoSources },
  {
    file: 'layer-5.svg',
    title: 'The engine is killed in the middle of a list',
    play: (stage) => kills(stage, 1),
  },
  { file: 'layer-6.svg', title: 'The engine is killed again and again', play: (stage) => kills(stage, 4) },
  { file: 'layer-7.svg', title: 'Everything dies at once and is started again', play: everythingDies },
];

/** Plays the run of a picture and draws it. */
export function drawLayer({ title, play }: LayerPicture, seed: number, signal: AbortSignal): Promise<string> {
  const options = { seed, size: 'quick', durationMs: null, signal, say: () => undefined } as const;
  return onStage(options, async (stage) => timelinePicture(title, lanesOf(await play(stage))));
}

/** Waits until so many pages were committed. @throws Error when the run ends before */
async function commits(running: Running, wanted: number): Promise<void> {
  let ended = false;
  void running.ended.finally(() => (ended = true));
  while (eventsOf(running.printed()).filter(({ kind }) => kind === 'commit').length < wanted) {
    if (ended) throw new Error(`the run ended before ${String(wanted)} commits`);
    await pause(10);
  }
}

function sourceOf({ baseUrl }: Simulator, id = 'list'): object {
  const prefix = { metadataPrefix: 'oai_dc' };
  return { id, kind: 'oai-pmh', baseUrl, from: '30d', minIntervalMs: 60, cooldown: '2s', ...prefix };
}

async function oneRun(stage: Stage, faults: readonly string[]): Promise<Recording> {
  const upstream = await stage.simulate({ ...LIST, faults });
  const { stdout } = await stage.install([sourceOf(upstream)]).run('run', '--once', '--deadline', '60s');
  return { upstreams: [{ name: 'requests', ledgerFile: upstream.ledgerFile }], printed: stdout, faults: [] };
}

/** The network between the two is down for a while: connections are refused, then answered again. */
async function outage(stage: Stage): Promise<Recording> {
  const upstream = await stage.simulate({ ...LIST, records: 1_200 });
  const proxy = await FaultProxy.start(upstream.baseUrl);
  stage.defer(() => proxy.close());
  const product = stage.install([{ ...sourceOf(upstream), baseUrl: proxy.url }]);
  const running = product.start('run', '--once', '--deadline', '60s');
  await commits(running, 5);
  const at = Date.now();
  await proxy.disable();
  await pause(4_000, undefined, { signal: stage.signal });
  await proxy.enable();
  const faults: Mark[] = [{ at, until: Date.now(), look: 'fault', label: 'no network' }];
  const { stdout } = await running.ended;
  return { upstreams: [{ name: 'requests', ledgerFile: upstream.ledgerFile }], printed: stdout, faults };
}

async function twoSources(stage: Stage): Promise<Recording> {
  const blocked = await stage.simulate({ ...LIST, faults: ['403@3x2'] });
  const other = await stage.simulate({ ...LIST, records: 900 });
  const product = stage.install([sourceOf(blocked, 'blocked'), sourceOf(other, 'other')]);
  const { stdout } = await product.run('run', '--once', '--deadline', '60s');
  const upstreams = [
    { name: 'one source', ledgerFile: blocked.ledgerFile },
    { name: 'the other', ledgerFile: other.ledgerFile },
  ];
  return { upstreams, printed: stdout, faults: [] };
}

async function kills(stage: Stage, times: number): Promise<Recording> {
  const upstream = await stage.simulate({ ...LIST, records: 1_500 });
  const running = stage.install([sourceOf(upstream)]).start('run', '--once', '--deadline', '90s');
  const faults: Mark[] = [];
  for (let kill = 1; kill <= times; kill += 1) {
    await commits(running, kill * 4);
    const engine = eventsOf(running.printed()).findLast(({ kind }) => kind === 'engine-started');
    if (typeof engine?.pid !== 'number') throw new Error('no engine was started');
    process.kill(engine.pid, 'SIGKILL');
    faults.push({ at: Date.now(), look: 'bad', label: 'SIGKILL' });
  }
  const { stdout } = await running.ended;
  return { upstreams: [{ name: 'requests', ledgerFile: upstream.ledgerFile }], printed: stdout, faults };
}

async function everythingDies(stage: Stage): Promise<Recording> {
  const upstream = await stage.simulate({ ...LIST, records: 1_200 });
  const product = stage.install([sourceOf(upstream)]);
  const first = product.startWith({ group: true }, 'run', '--once', '--deadline', '90s');
  await commits(first, 5);
  process.kill(-first.pid, 'SIGKILL');
  const died = Date.now();
  await first.ended;
  // What a service manager waits before it starts a service again.
  await pause(2_000, undefined, { signal: stage.signal });
  const started = Date.now();
  const second = await product.run('run', '--once', '--deadline', '90s');
  const faults: Mark[] = [{ at: died, until: started, look: 'fault', label: 'no power' }];
  return {
    upstreams: [{ name: 'requests', ledgerFile: upstream.ledgerFile }],
    printed: first.printed() + second.stdout,
    faults,
  };
}
