import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../model/error.ts';
import type { FoundStatus } from '../status/read-status.ts';
import { exampleReport, exampleSource } from '../status/testing/example-report.ts';
import { makeApp } from './app.ts';
import type { AppParts } from './app.ts';

const HOST = { host: '127.0.0.1:4848' };

function app(change: Partial<AppParts> = {}) {
  return makeApp({
    status: () => Promise.resolve(found()),
    alerts: () => null,
    metrics: () => Promise.resolve('# nothing\n'),
    host: '127.0.0.1',
    withReader: (work) => work(null),
    clock: { now: () => 0 },
    guide: () => new Map([['index.html', { type: 'text/html', bytes: Buffer.from('<p>guide</p>') }]]),
    onRequest: () => undefined,
    onDefect: () => undefined,
    ...change,
  });
}

function found(report = exampleReport(), note = ''): FoundStatus {
  return { report, exitCode: 0, note };
}

async function ask(path: string, headers: Record<string, string> = {}, parts: Partial<AppParts> = {}) {
  const answer = await app(parts).request(`http://127.0.0.1:4848${path}`, {
    headers: { ...HOST, ...headers },
  });
  return { answer, text: await answer.text() };
}

describe('the guide', () => {
  it('is served by the names of its files, and by no others', async () => {
    expect((await ask('/guide')).answer.headers.get('location')).toBe('/guide/');
    const { answer, text } = await ask('/guide/');
    expect([answer.status, answer.headers.get('content-type'), text]).toEqual([
      200,
      'text/html',
      '<p>guide</p>',
    ]);
    for (const path of ['/guide/nothing.html', '/guide/../app.ts', '/guide/%2e%2e/%2e%2e/package.json'])
      expect((await ask(path)).answer.status, path).toBe(404);
  });
});

describe('the endpoints', () => {
  it('tell the status in the form of status --json', async () => {
    const { answer, text } = await ask('/status.json');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(exampleReport())));
  });

  it('tell that this process lives, whatever the store says', async () => {
    expect(JSON.parse((await ask('/healthz')).text)).toEqual({ status: 'ok', engine: 'running' });
    const broken = { status: () => Promise.reject(new HoldfastError('ERR_STORE_IO', 'No.')) };
    const { answer, text } = await ask('/healthz', {}, broken);
    expect([answer.status, JSON.parse(text)]).toEqual([200, { status: 'ok', engine: 'unknown' }]);
  });

  it('are ready while the engine runs and no source with a target is late', async () => {
    expect((await ask('/readyz')).answer.status).toBe(200);
    const base = exampleReport();
    const late = { ...exampleSource().freshness, targetSeconds: 60, late: true };
    const report = {
      ...base,
      engine: { ...base.engine, state: 'hung' as const },
      sources: [exampleSource({ freshness: late, reason: 'nothing new' }), exampleSource({ id: 'b' })],
    };
    const { answer, text } = await ask('/readyz', {}, { status: () => Promise.resolve(found(report)) });
    expect(answer.status).toBe(503);
    expect(JSON.parse(text)).toEqual({
      ready: false,
      reasons: ['The engine is not running but hung.', 'library is late: nothing new'],
    });
  });

  it('serve metrics with the type that Prometheus asks for', async () => {
    const { answer } = await ask('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('answer HEAD without a body', async () => {
    const answer = await app().request('http://127.0.0.1:4848/status.json', {
      method: 'HEAD',
      headers: HOST,
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('the page', () => {
  it('escapes everything that comes from outside', async () => {
    const hostile = '<script>alert(1)</script>" onload="x \u202e\u0007';
    const report = exampleReport({ sources: [exampleSource({ state: 'waiting', reason: hostile })] });
    const { text } = await ask('/', {}, { status: () => Promise.resolve(found(report, hostile)) });
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x \ufffd\ufffd');
    expect(text).not.toContain('<script>');
  });

  it('holds no inline script, style or handler, whatever is shown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (reason) => {
        const report = exampleReport({ sources: [exampleSource({ state: 'blocked', reason })] });
        const { text } = await ask('/', {}, { status: () => Promise.resolve(found(report)) });
        expect([...text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
          '<script src="/overview.js" defer>',
        ]);
        expect(text).not.toMatch(/<style|<[^>]* (?:style|on\w+)=/);
      }),
    );
  });

  it('says in words what a bar shows', async () => {
    const timeline = `${'o'.repeat(43)}wzzff`;
    const report = exampleReport({ sources: [exampleSource({ timeline })] });
    const { text } = await ask('/', {}, { status: () => Promise.resolve(found(report)) });
    expect(text).toContain(
      'aria-label="Last 24 hours: ok 21h 30m, this machine asleep 1h, this machine offline 1h, waiting 30m"',
    );
  });

  it('shows when alerts do not get out', async () => {
    const channel = { channel: 'webhook hooks.example.org', lastDeliveredAt: null, nextTryAt: null };
    const channels = [{ ...channel, pending: 2, lastError: 'HTTP 500' }];
    const status = { channels, open: [], dropped: 0, problem: null };
    const { text } = await ask('/', {}, { alerts: () => status });
    expect(text).toContain('2 waiting<span class="note">webhook hooks.example.org: HTTP 500</span>');
  });
});

describe('a request that is refused', () => {
  it.each(['evil.example', '127.0.0.1.evil.example', 'user@127.0.0.1', '', 'localhost/x', '10.0.0.1:4848'])(
    'names the host "%s"',
    async (host) => {
      const { answer, text } = await ask('/status.json', { host });
      expect([answer.status, JSON.parse(text).code]).toEqual([403, 'ERR_HTTP_HOST']);
    },
  );

  it.each(['localhost', 'localhost:9000', '[::1]:4848', '127.0.0.2:1', 'LOCALHOST:4848'])(
    'is not one that names this machine as %s',
    async (host) => expect((await ask('/healthz', { host })).answer.status).toBe(200),
  );

  it.each(['http://evil.example', 'null', 'https://127.0.0.1:4848', 'http://127.0.0.1:1'])(
    'comes from the origin %s',
    async (origin) => {
      const { answer, text } = await ask('/status.json', { origin });
      expect([answer.status, JSON.parse(text).code]).toEqual([403, 'ERR_HTTP_ORIGIN']);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('changes something by %s', async (method) => {
    const answer = await app().request('http://127.0.0.1:4848/', { method, headers: HOST });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it.each(['/%', '/%zz', '/%ff', '/%00'])('is malformed: %s', async (path) => {
    const { answer, text } = await ask(path);
    expect([answer.status, Object.keys(JSON.parse(text) as object)]).toEqual([
      400,
      ['code', 'message', 'hint'],
    ]);
  });

  it('asks for what is not there', async () => {
    expect(JSON.parse((await ask('/nothing')).text).code).toBe('ERR_HTTP_NOT_FOUND');
    const { answer, text } = await ask('/nothing', { accept: 'text/html' });
    expect(answer.status).toBe(404);
    expect(text).toContain('<h1>Not found</h1>');
  });

  it('meets a store that cannot be read', async () => {
    const error = new HoldfastError('ERR_STORE_OLDER', 'The store is older.', { hint: 'Start the engine.' });
    const { answer, text } = await ask('/status.json', {}, { status: () => Promise.reject(error) });
    expect(answer.status).toBe(503);
    expect(JSON.parse(text)).toEqual({
      code: 'ERR_STORE_OLDER',
      message: 'The store is older.',
      hint: 'Start the engine.',
    });
  });

  it('meets a defect of ours, which is told to us and not to it', async () => {
    const told: unknown[] = [];
    const defect = new Error('secret in the stack');
    const { answer, text } = await ask(
      '/',
      {},
      { status: () => Promise.reject(defect), onDefect: (error) => told.push(error) },
    );
    expect([answer.status, told]).toEqual([500, [defect]]);
    expect(text).not.toContain('secret');
  });
});

describe('every answer', () => {
  it.each(['/', '/overview.css', '/overview.js', '/icon.svg', '/status.json', '/nothing', '/%zz'])(
    'of %s allows nothing foreign or inline',
    async (path) => {
      const { answer } = await ask(path);
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
      expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );
});
