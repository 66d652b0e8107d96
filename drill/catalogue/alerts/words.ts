import { incidentsOf } from '../../checker/running.ts';
import { check, type Fault, type Played } from '../../fault.ts';
import { HttpFaults } from '../../proxy/http-faults.ts';
import type { Stage } from '../../stage.ts';
import { Scene } from '../surface/scene.ts';
import { breakAll, playOut, sceneWith, TOLD_MS } from './outage.ts';
import { Receiver } from './receiver.ts';

/** What is said, and how often. */
export const wordFaults: readonly Fault[] = [
  {
    name: 'one cause for many sources',
    layer: 'alerts',
    about: 'Four upstreams of five fail together, each a service of its own, and come back together.',
    holds: 'One message names all four, one says that it is over: no storm of alerts.',
    quick: false,
    limitMs: 300_000,
    play: manySources,
  },
  {
    name: 'hostile text in an alert',
    layer: 'alerts',
    about:
      "The upstream's error is made of escapes for terminals, HTML and line breaks that look like headers, for as long as a minute and more.",
    holds: 'What the receiver gets is one line of plain text, without control characters.',
    quick: false,
    limitMs: 300_000,
    play: hostileText,
  },
];

async function manySources(stage: Stage): Promise<Played> {
  const sources = 4;
  const receiver = await Receiver.open(stage);
  // One is well: when none answers, it may be this machine's own network, of which nobody is told.
  const scene = await sceneWith(stage, receiver.url, { sources: sources + 1 });
  const beganAt = await breakAll(scene, sources);
  let states: readonly string[] = [];
  const down = await scene.came(async () => {
    const shown = await scene.background.product.sources();
    states = shown.slice(0, sources).map(({ id, state }) => `${id} ${state}`);
    return states.every((state) => !state.endsWith(' ok'));
  }, TOLD_MS);
  await scene.came(() => receiver.events().includes('opened'), TOLD_MS);
  const opened = receiver.deliveries.find(({ accepted }) => accepted)?.body ?? '{}';
  const incidents = await incidentsOf(scene.background.product);
  const scopes = new Set(incidents.filter(({ cause }) => cause === 'outage').map(({ scope }) => scope));
  const { sources: named = [] } = JSON.parse(opened) as { sources?: readonly string[] };
  const failures = scene.ledgers().filter((ledger) => ledger.fired('500') > 0).length;
  return await playOut(scene, receiver, {
    injected: failures,
    wanted: sources,
    beganAt,
    checks: [
      check('none of the four is told as ok', down, states.join(', '), 'I10'),
      check('an incident for each service', scopes.size === sources, [...scopes]),
      check('the message is about some of them', named.length > 0, named),
    ],
    evidence: `${String(failures)} upstreams failed, the first message named ${named.join(', ')}`,
  });
}

const HOSTILE =
  '\u009b31mred\u009d0;owned\u009c &lt;script&gt;alert(1)&lt;/script&gt; \u202etxt.exe\r\nBcc: everyone@example.org';

/** Whatever moves a cursor or turns text around; lines and tabs are ours. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

async function hostileText(stage: Stage): Promise<Played> {
  const receiver = await Receiver.open(stage);
  let proxy: HttpFaults | null = null;
  const alerts = { channels: [{ type: 'webhook', url: receiver.url }], outageAfter: '1s' };
  const scene = await Scene.open(stage, {
    records: 60,
    more: { alerts },
    address: async ({ baseUrl }) => {
      proxy = await HttpFaults.start(baseUrl);
      return proxy.url;
    },
  });
  const faults = proxy as HttpFaults | null;
  if (faults === null) throw new Error('there is no proxy');
  stage.defer(() => faults.close());
  const beganAt = Date.now();
  faults.addRule({ name: 'hostile', answer: () => hostileAnswer() });
  const told = await scene.came(() => receiver.events().includes('opened'), TOLD_MS);
  const body = receiver.deliveries[0]?.body ?? '';
  const words = stringsOf(JSON.parse(body === '' ? 'null' : body) as unknown);
  const raw = words.filter((text) => CONTROL.test(text));
  const { product } = scene.background;
  const spoken = [
    await product.run('logs', '--lines', '500'),
    await product.run('status'),
    await product.run('gaps'),
    await product.run('incidents'),
  ].map(({ stdout }) => stdout);
  const injected = faults.struck('hostile');
  faults.removeRule('hostile');
  return await playOut(scene, receiver, {
    injected,
    beganAt,
    checks: [
      check('it is told', told, receiver.events()),
      check(
        'no control character is in any text',
        raw.length === 0,
        raw.map((text) => JSON.stringify(text)),
      ),
      check('no line is made by the upstream', !words.some((text) => /^Bcc:/m.test(text)), words),
      check(
        'the text of the upstream came as far as the log',
        spoken.some((text) => text.includes('red')),
        spoken.map(({ length }) => length),
      ),
      check(
        'no command prints its control characters',
        !spoken.some((text) => CONTROL.test(text)),
        spoken.map((text) => JSON.stringify(CONTROL.exec(text)?.[0] ?? '')),
      ),
    ],
    evidence: `the upstream said ${JSON.stringify(HOSTILE.slice(0, 30))}…, the log ${JSON.stringify(/.*red.*/.exec(spoken[0] ?? '')?.[0].slice(0, 160) ?? 'nothing of it')}`,
  });
}

function hostileAnswer(): { status: number; headers: Record<string, string>; body: Buffer } {
  const body = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate><request>http://x/</request><error code="badArgument">${HOSTILE}</error></OAI-PMH>`,
  );
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'content-length': String(body.length) },
    body,
  };
}

function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
