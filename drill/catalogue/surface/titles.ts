import { gunzipSync } from 'node:zlib';
import { check, type Check, type Fault, type Played } from '../../fault.ts';
import { HttpFaults } from '../../proxy/http-faults.ts';
import type { Stage } from '../../stage.ts';
import { Scene } from './scene.ts';

/** ANSI escapes, a new title for the window, HTML, a formula, and a line that looks like another record. */
const HOSTILE =
  '=HYPERLINK("http://evil","x")\u001b[31mred\u001b]0;owned\u0007<script>alert(1)</script>\r\n"next","row"';

/** Text of upstreams is text. */
export const titleFaults: readonly Fault[] = [
  {
    name: 'hostile titles',
    layer: 'surface',
    about: 'Every title holds escapes for terminals, HTML, a formula for spreadsheets and a line break.',
    holds: 'Terminals, the page and spreadsheets are given text that does nothing.',
    quick: false,
    play: hostileTitles,
  },
];

async function hostileTitles(stage: Stage): Promise<Played> {
  const proxies: HttpFaults[] = [];
  const scene = await Scene.open(stage, {
    kind: 'biorxiv',
    records: 60,
    address: async ({ baseUrl }) => {
      const proxy = await HttpFaults.start(baseUrl);
      stage.defer(() => proxy.close());
      proxy.addRule({ name: 'hostile titles', mutate: spoil });
      proxies.push(proxy);
      return proxy.url;
    },
  });
  const { product, place } = scene.background;
  const [id = ''] = (await product.papers()).map((paper) => paper.id);
  const [shown, found, csv, status] = [
    await product.run('show', id),
    await product.run('search', 'HYPERLINK'),
    await product.run('export', '--format', 'csv'),
    await product.run('status'),
  ];
  const page = await (await fetch(place.page, { signal: stage.signal })).text();
  const struck = proxies.reduce((total, proxy) => total + proxy.struck('hostile titles'), 0);
  const ingestMs = await scene.ingest();
  return await scene.finish({
    injected: struck,
    wanted: 'some',
    detectMs: null,
    recoverMs: ingestMs,
    checks: [
      ...[shown, found, status].flatMap(({ stdout }, index) =>
        harmless(['show', 'search', 'status'][index] ?? '', stdout),
      ),
      check('`show` shows the title', shown.stdout.includes('HYPERLINK'), shown.stdout.slice(0, 200)),
      check('`search` finds it', found.stdout.includes('HYPERLINK'), found.stdout.slice(0, 200)),
      check(
        'no cell of the CSV begins with a formula',
        !/(^|,)"?[=+@\t\r-]?=HYPERLINK/m.test(csv.stdout),
        csv.stdout.slice(0, 400),
      ),
      check('the CSV holds the title at all', csv.stdout.includes("'=HYPERLINK"), csv.stdout.slice(0, 400)),
      check('the page holds no script of theirs', !page.includes('<script>alert(1)'), 'the page'),
    ],
    evidence: `${String(struck)} answers with hostile titles; shown as ${JSON.stringify(/.*HYPERLINK.*/.exec(shown.stdout)?.[0] ?? 'nothing')}`,
  });
}

function harmless(what: string, text: string): readonly Check[] {
  const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.exec(text);
  return [
    check(
      `\`${what}\` prints no control character`,
      control === null,
      JSON.stringify(text.slice(Math.max(0, (control?.index ?? 0) - 40), (control?.index ?? 0) + 40)),
    ),
  ];
}

function spoil({
  status,
  headers,
  body,
}: {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}): { status: number; headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer } {
  const isPacked = headers['content-encoding'] === 'gzip';
  const text = (isPacked ? gunzipSync(body) : body).toString('utf8');
  if (!text.startsWith('{')) return { status, headers, body };
  const page = JSON.parse(text) as { collection?: readonly object[] };
  const collection = page.collection?.map((row) => ({ ...row, title: HOSTILE }));
  const { 'content-encoding': _, ...plain } = headers;
  const spoiled = Buffer.from(
    JSON.stringify({ ...page, ...(collection === undefined ? {} : { collection }) }),
  );
  return { status, headers: { ...plain, 'content-length': String(spoiled.length) }, body: spoiled };
}
