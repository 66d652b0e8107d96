import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import { slowest, times, type Scenario } from './scenario.ts';
import { watchAftermath } from './after.ts';
import { countsOfWorld, recent, startWorld, type Place, type World } from './world.ts';

const DOWN_MS = 20_000;
const MOST_REQUESTS = 8;
const [NEAR, FAR] = [`hf-near-${String(process.pid)}`, `hf-far-${String(process.pid)}`];

/** The network interface of the product goes down for 20 s and comes up again, in namespaces of their own. */
export const interfaceDown: Scenario = {
  name: 'network interface down and up',
  missing: () => (process.getuid?.() === 0 && ip('netns', 'list') ? null : 'root and ip netns (iproute2)'),
  play: (stage) => connected(stage, takeDown),
};

/** The machine gets another address, as in another network. */
export const addressChanged: Scenario = {
  name: 'address of the machine changed',
  missing: interfaceDown.missing,
  play: (stage) => connected(stage, moveAddress),
};

async function connected<T>(stage: Stage, work: (world: World) => Promise<T>): Promise<T> {
  stage.defer(disconnect);
  const world = await startWorld(stage, connect());
  try {
    return await work(world);
  } finally {
    await world.end();
  }
}

async function moveAddress(world: World): Promise<Awaited<ReturnType<Scenario['play']>>> {
  must('-n', NEAR, 'addr', 'add', '10.199.7.77/24', 'dev', 'near0');
  must('-n', NEAR, 'addr', 'del', '10.199.7.2/24', 'dev', 'near0');
  // The primary address takes the others of its network with it, unless the system promotes one of them.
  ip('-n', NEAR, 'addr', 'add', '10.199.7.77/24', 'dev', 'near0');
  const back = Date.now();
  const { firstMs, most, sameEngine } = await watchAftermath(world, back, 12_000);
  return {
    ...(await countsOfWorld(world)),
    fired: addressesOf('near0') === '10.199.7.77' ? '10.199.7.2 became 10.199.7.77' : null,
    seen: `first requests after ${times(firstMs)}; at most ${String(most)} in 12 s`,
    recoverMs: slowest(firstMs),
    problems: [
      ...(sameEngine ? [] : ['a healthy engine was replaced']),
      ...(firstMs.every((ms) => ms !== null) ? [] : ['a source stood still after the change']),
      ...(most <= 24 ? [] : ['a storm of requests']),
    ],
  };
}

async function takeDown(world: World): Promise<Awaited<ReturnType<Scenario['play']>>> {
  must('-n', NEAR, 'link', 'set', 'near0', 'down');
  await pause(DOWN_MS, undefined, { signal: world.signal });
  const asked = Math.max(...world.services.map((service) => recent(service, DOWN_MS - 2_000)));
  const states = (await world.product.sources()).map(({ state }) => state);
  const back = Date.now();
  must('-n', NEAR, 'link', 'set', 'near0', 'up');
  const { firstMs, most, sameEngine } = await watchAftermath(world, back, 6_000);
  return {
    ...(await countsOfWorld(world)),
    fired: asked === 0 ? 'no request arrived while it was down' : null,
    seen: `first requests after ${times(firstMs)}; at most ${String(most)} in 6 s; shown meanwhile: ${[...new Set(states)].join(', ')}`,
    recoverMs: slowest(firstMs),
    problems: [
      ...(sameEngine ? [] : ['a healthy engine was replaced']),
      ...(firstMs.every((ms) => ms !== null) ? [] : ['a source stood still afterwards']),
      ...(new Set(firstMs).size > 1 ? [] : ['the services were not asked spread']),
      ...(most <= MOST_REQUESTS ? [] : ['a storm of requests']),
      ...(states.includes('ok') ? ['status said ok while the network was gone'] : []),
    ],
  };
}

function connect(): Place {
  must('netns', 'add', NEAR);
  must('netns', 'add', FAR);
  must('link', 'add', 'near0', 'netns', NEAR, 'type', 'veth', 'peer', 'name', 'far0', 'netns', FAR);
  for (const [space, link, address] of [
    [NEAR, 'near0', '10.199.7.2/24'],
    [FAR, 'far0', '10.199.7.1/24'],
  ] as const) {
    must('-n', space, 'addr', 'add', address, 'dev', link);
    must('-n', space, 'link', 'set', 'lo', 'up');
    must('-n', space, 'link', 'set', link, 'up');
  }
  return {
    upstreamPrefix: ['ip', 'netns', 'exec', FAR],
    host: '10.199.7.1',
    productPrefix: ['ip', 'netns', 'exec', NEAR],
    productEnv: {},
  };
}

function disconnect(): void {
  for (const space of [NEAR, FAR]) ip('netns', 'del', space);
}

/** The addresses of an interface of the product, as the system tells them. */
function addressesOf(device: string): string {
  const { stdout } = spawnSync('ip', ['-n', NEAR, '-4', '-o', 'addr', 'show', 'dev', device], {
    encoding: 'utf8',
  });
  return [...stdout.matchAll(/inet ([\d.]+)/g)].map(([, address = '']) => address).join(' ');
}

function ip(...args: readonly string[]): boolean {
  return spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
}

function must(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
