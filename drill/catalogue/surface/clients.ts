import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { isAlive } from '../../product/processes.ts';
import { ask, connected, neverRead } from './raw.ts';
import { Scene } from './scene.ts';

const LONG_MS = 300_000;
const CLIENTS = 500;

/** Who looks at the page must not be felt by the harvest. */
export const clientFaults: readonly Fault[] = [
  {
    name: 'clients that never read',
    layer: 'surface',
    about:
      '40 clients ask the page server for everything and read not one byte; 20 more never end their request.',
    holds: 'The harvest goes on, and others are answered.',
    quick: true,
    play: neverReading,
  },
  {
    name: '500 clients on the page',
    layer: 'surface',
    about: '500 clients ask for the page and the status at once.',
    holds: 'Every one is answered, the harvest goes on, and no process is replaced.',
    quick: false,
    limitMs: LONG_MS,
    play: manyClients,
  },
  {
    name: 'page server killed',
    layer: 'surface',
    about: 'The process that serves the page is killed.',
    holds: 'The engine goes on as the same process, and the page comes back by itself.',
    quick: true,
    play: serverKilled,
  },
  {
    name: 'port of the page in use',
    layer: 'surface',
    about: 'Another program has the port of the page when the harvest starts, and gives it up later.',
    holds: 'The harvest goes on without a page, says why, and the page comes when the port is free.',
    quick: false,
    limitMs: LONG_MS,
    play: portInUse,
  },
];

async function neverReading(stage: Stage): Promise<Played> {
  const scene = await Scene.open(stage);
  const port = portOf(scene);
  const wanted = `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(200);
  const silent = await Promise.all(Array.from({ length: 40 }, () => neverRead(port, wanted)));
  const slow = await Promise.all(
    Array.from({ length: 20 }, () => neverRead(port, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')),
  );
  stage.defer(() => [...silent, ...slow].forEach((socket) => socket.destroy()));
  const faultAt = Date.now();
  const answered = await scene.came(async () => (await statusOf(scene)) === 200);
  const answeredMs = Date.now() - faultAt;
  const ingestMs = await scene.ingest();
  const unread = [...silent, ...slow].filter((socket) => socket.bytesRead === 0 && socket.bytesWritten > 0);
  return await scene.finish({
    injected: unread.length,
    wanted: 60,
    detectMs: null,
    recoverMs: ingestMs,
    checks: [check('another client is answered meanwhile', answered, `${String(answeredMs)} ms`)],
    evidence: `${String(unread.length)} clients read nothing; another was answered within ${String(answeredMs)} ms, 5 new records were stored within ${String(ingestMs)} ms`,
  });
}

async function manyClients(stage: Stage): Promise<Played> {
  const scene = await Scene.open(stage);
  const before = await scene.background.pids();
  const port = portOf(scene);
  const clients = (await Promise.all(Array.from({ length: CLIENTS }, () => connected(port)))).filter(
    (socket) => socket !== null,
  );
  stage.defer(() => clients.forEach((socket) => socket.destroy()));
  const atOnce = clients.filter(({ readyState }) => readyState === 'open').length;
  const began = performance.now();
  const asked = Promise.all(
    clients.map((socket, index) =>
      ask(socket, requestOf(index % 2 === 0 ? '/' : '/status.json', port), 60_000),
    ),
  );
  const ingestMs = await scene.ingest();
  const answers = await asked;
  const took = Math.round(performance.now() - began);
  const good = answers.filter((answer) => answer.startsWith('HTTP/1.1 200 ')).length;
  const after = await scene.background.pids();
  return await scene.finish({
    injected: atOnce,
    wanted: CLIENTS,
    detectMs: null,
    recoverMs: ingestMs,
    checks: [
      check('each is answered with 200', good === CLIENTS, `${String(good)} of ${String(CLIENTS)}`),
      check('no process was replaced', JSON.stringify(before) === JSON.stringify(after), { before, after }),
    ],
    evidence: `${String(atOnce)} clients connected at once, ${String(good)} answers in ${String(took)} ms, 5 new records stored meanwhile within ${String(ingestMs)} ms`,
  });
}

/** One request, after which the connection ends. */
function requestOf(path: string, port: number): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}\r\nConnection: close\r\n\r\n`;
}

async function serverKilled(stage: Stage): Promise<Played> {
  const scene = await Scene.open(stage);
  const before = await scene.background.mustHavePids();
  process.kill(before.server, 'SIGKILL');
  const faultAt = Date.now();
  const back = await scene.came(async () => {
    const now = await scene.background.pids();
    return now !== null && now.server !== before.server;
  });
  const died = !isAlive(before.server);
  const backMs = Date.now() - faultAt;
  const ingestMs = await scene.ingest();
  const after = await scene.background.pids();
  return await scene.finish({
    injected: Number(died),
    wanted: 1,
    detectMs: null,
    recoverMs: back ? backMs : null,
    checks: [
      check('the engine is the same process', after?.engine === before.engine, { before, after }),
      check('the harvest goes on', ingestMs !== null, `${String(ingestMs)} ms`),
    ],
    evidence: `a new page server answers after ${String(backMs)} ms; 5 new records within ${String(ingestMs)} ms`,
  });
}

async function portInUse(stage: Stage): Promise<Played> {
  const other = createServer((_, response) => response.end(WORDS));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  stage.defer(() => void other.close());
  // Its port is the one that the product is told to take.
  const scene = await Scene.open(stage, { port: (other.address() as AddressInfo).port }, false);
  const { product } = scene.background;
  const started = await product.run('start');
  const ingestMs = await scene.ingest(5, 60_000);
  const said = await scene.came(async () =>
    /port/i.test((await product.run('logs', '--lines', '200')).stdout),
  );
  const held = (await foreignWords(scene)) === WORDS;
  other.closeAllConnections();
  await new Promise((resolve) => {
    other.close(resolve);
  });
  const freeAt = Date.now();
  // It is tried again each minute.
  const back = await scene.came(async () => (await scene.background.pids()) !== null, 120_000);
  return await scene.finish({
    injected: Number(held),
    wanted: 1,
    detectMs: null,
    recoverMs: back ? Date.now() - freeAt : null,
    checks: [
      check('it starts all the same', started.code === 0, `exit ${String(started.code)}: ${started.stderr}`),
      check('the harvest goes on', ingestMs !== null, `${String(ingestMs)} ms`),
      check('it says why there is no page', said, 'the log names no port'),
    ],
    evidence: `harvested without a page, which came ${String(Date.now() - freeAt)} ms after the port was free`,
  });
}

/** What the other program says. */
const WORDS = 'somebody else';

/** What is said at the port of the page, by whoever has it. */
async function foreignWords({ background, stage }: Scene): Promise<string> {
  const signal = AbortSignal.any([stage.signal, AbortSignal.timeout(10_000)]);
  return await fetch(background.place.page, { signal }).then(
    (answer) => answer.text(),
    () => '',
  );
}

function portOf({ background }: Scene): number {
  return Number(new URL(background.place.page).port);
}

async function statusOf({ background, stage }: Scene): Promise<number | null> {
  const signal = AbortSignal.any([stage.signal, AbortSignal.timeout(10_000)]);
  return await fetch(new URL('status.json', background.place.page), { signal }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    () => null,
  );
}
