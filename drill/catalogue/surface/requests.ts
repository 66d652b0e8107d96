import { check, type Check, type Fault, type Played } from '../../fault.ts';
import { ProductFailure } from '../../product/product-failure.ts';
import type { Stage } from '../../stage.ts';
import { sendRaw } from './raw.ts';
import { Scene } from './scene.ts';

/** What comes to the port of the page from programs that mean harm, or are broken. */
export const requestFaults: readonly Fault[] = [
  {
    name: 'malformed requests',
    layer: 'surface',
    about: 'Broken HTTP, hostile paths, huge headers, methods and queries that are none.',
    holds: 'Each is refused with a status of 4xx and no stack trace, by the same process.',
    quick: true,
    play: (stage) => playRequests(stage, malformed, (status) => status >= 400 && status < 500),
  },
  {
    name: 'foreign host',
    layer: 'surface',
    about: 'A web site reaches the page by a name of its own (DNS rebinding), or with its Origin.',
    holds: 'Each is refused with 403, and nothing of the harvest is told.',
    quick: true,
    play: (stage) => playRequests(stage, foreign, (status) => status === 403),
  },
];

interface Hostile {
  readonly what: string;
  readonly bytes: string;
}

const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}Connection: close\r\n\r\n`;

const malformed: readonly Hostile[] = [
  { what: 'no HTTP', bytes: '\u0000\u0001\u0002 hello\r\n\r\n' },
  { what: 'no version', bytes: 'GET /\r\n\r\n' },
  { what: 'a space in the path', bytes: get('/status .json') },
  { what: 'a header of 64 kB', bytes: get('/', `X-Long: ${'a'.repeat(65_536)}\r\n`) },
  {
    what: '2,000 headers',
    bytes: get(
      '/',
      Array.from({ length: 2_000 }, (_, i) => `X-${String(i)}: ${'b'.repeat(20)}\r\n`).join(''),
    ),
  },
  { what: 'a header without a name', bytes: get('/', ': nothing\r\n') },
  { what: 'two lengths', bytes: get('/', 'Content-Length: 1\r\nContent-Length: 2\r\n') },
  { what: 'a length and chunks', bytes: get('/', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n') },
  { what: 'no host', bytes: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n' },
  { what: 'dots upwards', bytes: get('/../../../../etc/passwd') },
  { what: 'escaped dots upwards', bytes: get('/%2e%2e/%2e%2e/%2e%2e/etc/passwd') },
  { what: 'dots behind a backslash', bytes: get('/..\\..\\..\\windows\\win.ini') },
  { what: 'a NUL in the path', bytes: get('/page.css%00.html') },
  { what: 'a broken escape', bytes: get('/%zz') },
  { what: 'broken UTF-8', bytes: get('/%ff%fe') },
  { what: 'a path of 12 kB', bytes: get(`/${'a'.repeat(12_000)}`) },
  { what: 'a name of a prototype', bytes: get('/__proto__') },
  { what: 'a query that is no number', bytes: get('/api/nowhere?since=DROP%20TABLE%20papers') },
  { what: 'DELETE', bytes: 'DELETE / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' },
  { what: 'TRACE', bytes: 'TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' },
  {
    what: 'bad JSON by POST',
    bytes:
      'POST /status.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{"a":',
  },
];

const at = (host: string, more = ''): string =>
  `GET /status.json HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;

const foreign: readonly Hostile[] = [
  { what: "a site's own name", bytes: at('evil.example') },
  { what: 'a name with ours in it', bytes: at('127.0.0.1.evil.example') },
  { what: 'a name that ends like ours', bytes: at('notlocalhost') },
  { what: 'another address', bytes: at('10.0.0.1') },
  { what: "another site's Origin", bytes: at('127.0.0.1', 'Origin: https://evil.example\r\n') },
  { what: 'the Origin of a sandbox', bytes: at('127.0.0.1', 'Origin: null\r\n') },
];

async function playRequests(
  stage: Stage,
  requests: readonly Hostile[],
  isRight: (status: number) => boolean,
): Promise<Played> {
  const scene = await Scene.open(stage);
  const before = await scene.background.pids();
  const port = Number(new URL(scene.background.place.page).port);
  const checks: Check[] = [];
  let sent = 0;
  for (const { what, bytes } of requests) {
    const answer = await sendRaw(port, bytes);
    if (answer === null) throw new ProductFailure(`nobody takes a connection for ${what}`);
    sent += 1;
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
    checks.push(
      check(`${what} is refused`, isRight(status), answer.slice(0, 60) || 'no answer'),
      check(`${what} is answered without a trace or data`, !TELLS.test(answer), answer.slice(-200)),
    );
  }
  const ingestMs = await scene.ingest();
  const after = await scene.background.pids();
  return await scene.finish({
    injected: sent,
    wanted: requests.length,
    detectMs: null,
    recoverMs: ingestMs,
    checks: [
      ...checks,
      check('the same processes serve on', JSON.stringify(before) === JSON.stringify(after), {
        before,
        after,
      }),
    ],
    evidence: `${String(sent)} requests, ${String(checks.filter(({ ok }) => ok).length)} of ${String(checks.length)} checks hold`,
  });
}

/** A stack, a file of the program, a file of the system, or the status itself. */
const TELLS = /\n\s+at |node:internal|\.js:\d+|root:x:|"connectionHealth"/;
