import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { NET_ERROR_RULES } from '../adapters/browser/net-error.ts';
import { PG_RULES } from '../adapters/pg/pg-rules.ts';
import { PLAYWRIGHT_RULES } from '../adapters/playwright/playwright-rules.ts';
import { PUPPETEER_RULES } from '../adapters/puppeteer/puppeteer-rules.ts';
import { SELENIUM_RULES } from '../adapters/selenium/selenium-rules.ts';
import { CLOSE_RULES, WEBSOCKET_RULES } from '../adapters/websocket/websocket-rules.ts';
import type { DriverRule } from './driver-rules.ts';
import { HTTP_RULES, NODE_RULES, SQLITE_RULES, UNDICI_RULES } from './rules.ts';
import type { Rule } from './rules.ts';
import { classifyStatus } from './status.ts';
import type { Verdict } from './verdict.ts';

const PAGE = new URL('../../../../docs/classification.md', import.meta.url).pathname;

const INTRODUCTION = `# What an error means

\`classify(error)\` of \`@holdfast/resilience\` and the \`classify…\` function of each adapter turn what was thrown into a verdict: a category, the smallest thing that has to be done again (its scope), and whether the call may be repeated. The tables below are printed from the data that the functions use; \`npx vitest run classification-page --update\` writes them anew.

- Evidence is taken in this order: an event, the class, the code, the status, a flag of the driver (\`connected\`), the text of the message. The verdict names what it rests on.
- A text is read by an adapter alone, its first line only, and only when neither a class nor a code anywhere in the chain of causes is known. The general table reads none.
- Causes are followed five deep, and into the members of an AggregateError. An error with a verdict of its own is believed.
- What no row knows is \`unknown\`, never \`permanent\`; a session settles it by a probe.
- Repeat: _yes_, it was refused before it was processed, or rolled back; _unknown_, nobody knows, so only what may happen twice is repeated; _no_, repeating does not help.
`;

type Row = Pick<Verdict, 'category' | 'scope' | 'safeToReplay'>;

function table(
  title: string,
  note: string,
  signal: string,
  rows: readonly (readonly [string, Row])[],
): string {
  const lines = rows.map(
    ([what, { category, scope, safeToReplay }]) => `| ${what} | ${category} | ${scope} | ${safeToReplay} |`,
  );
  const head = [`| ${signal} | category | scope | repeat |`, '| --- | --- | --- | --- |'];
  return [`## ${title}`, '', note, '', ...head, ...lines, ''].join('\n');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``;
}

function ofGeneral(rule: Rule): readonly [string, Row] {
  const parts = [
    ...(rule.codes ?? []).map(code),
    ...(rule.codePrefix === undefined ? [] : [code(`${rule.codePrefix}…`)]),
    ...(rule.names ?? []).map((name) => `class ${code(name)}`),
  ];
  const conditions = [
    rule.syscalls && `while ${rule.syscalls.map(code).join(', ')}`,
    rule.sqlite && `result ${rule.sqlite.join(', ')}`,
    rule.plainCauseOf && `${code(rule.plainCauseOf)} with a plain Error as its cause`,
  ];
  return [[parts.join(', '), ...conditions.filter(Boolean)].join('; '), rule];
}

function ofDriver(rule: DriverRule): readonly [string, Row] {
  const parts = [
    ...(rule.classes ?? []).map((name) => `class ${code(name)}`),
    ...(rule.codes ?? []).map(code),
    ...(rule.codePrefixes ?? []).map((prefix) => code(`${prefix}…`)),
    ...(rule.message === undefined ? [] : [`text ${code(String(rule.message))}`]),
    ...(rule.connected === undefined ? [] : [rule.connected ? 'connected' : 'not connected']),
  ];
  return [`${rule.what}: ${parts.join('; ')}`, rule];
}

function ofStatus(label: string, status: number, retryAfter?: string): readonly [string, Row] {
  const verdict = classifyStatus(status, retryAfter === undefined ? {} : { retryAfter });
  if (verdict === null) throw new Error(`${status} is no failure`);
  return [label, verdict];
}

function page(): string {
  const driver = (title: string, note: string, rules: readonly DriverRule[]): string =>
    table(title, note, 'error', rules.map(ofDriver));
  return [
    INTRODUCTION,
    table('Node', 'Sockets, names, TLS, the machine itself; the first row that fits decides.', 'error', [
      ...NODE_RULES.map(ofGeneral),
      ...HTTP_RULES.map(ofGeneral),
    ]),
    table(
      'fetch',
      'The message is always `fetch failed` or `terminated`; the cause tells. What fetch itself refuses (a blocked port, too many redirects, an unknown scheme) has a cause without a code.',
      'error',
      UNDICI_RULES.map(ofGeneral),
    ),
    table('SQLite', 'By the primary result code.', 'error', SQLITE_RULES.map(ofGeneral)),
    table(
      'HTTP status',
      '`classifyStatus(status, { headers, now })`; below 400 there is no verdict. `throwIfFailed(response)` throws an error with it.',
      'status',
      [
        ...[401, 408, 419, 425, 429, 440].map((status) => ofStatus(String(status), status)),
        ofStatus('other 4xx', 404),
        ofStatus('503 with Retry-After', 503, '1'),
        ofStatus('5xx', 500),
      ],
    ),
    driver(
      'Playwright',
      '`classifyPlaywright(error, { connected: browser.isConnected() })`',
      PLAYWRIGHT_RULES,
    ),
    driver('Puppeteer', '`classifyPuppeteer(error, { connected: browser.connected })`', PUPPETEER_RULES),
    driver(
      'Selenium',
      '`classifySelenium(error)`. Navigations that end on an error page of Chromium (an empty answer, a redirect loop, a blocked port, an unknown certificate) resolve: no table sees them.',
      SELENIUM_RULES,
    ),
    table(
      'Network errors of Chromium',
      'For the three drivers. None of them means that the browser is lost.',
      'net::ERR\\_…',
      NET_ERROR_RULES.map((rule) => [rule.names.map(code).join(', '), rule]),
    ),
    driver('PostgreSQL', '`classifyPg(error)`', PG_RULES),
    driver(
      'WebSocket',
      '`classifyWebSocket(error)`. A refused handshake is judged by its status.',
      WEBSOCKET_RULES,
    ),
    table(
      'WebSocket close codes',
      '`classifyWebSocket({ closeCode })`. 1000 and 1005 are a normal end.',
      'code',
      CLOSE_RULES.map((rule) => [`${rule.closeCodes.join(', ')}: ${rule.what}`, rule]),
    ),
  ].join('\n');
}

test('the page on classification prints the tables that are used', async () => {
  const text = await format(page(), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
  await expect(text).toMatchFileSnapshot(PAGE);
});
