import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createListener } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import type { Config } from '../../src/config/index.ts';
import { exampleMetrics } from '../../src/server/testing/example-metrics.ts';
import { parseExposition } from '../../src/server/testing/parse-exposition.ts';
import type { StatusReport } from '../../src/status/status-report.ts';
import { HAS_CHROMIUM, openBrowser, openPage } from './page/browser.ts';
import type { SceneName } from './page/scene.ts';
import { startServer } from './page/server-process.ts';
import type { ServerProcess } from './page/server-process.ts';
import { setStage } from './page/stage.ts';
import type { Stage } from './page/stage.ts';
import { afterwards, isAlive, until } from './support.ts';

interface Running {
  readonly stage: Stage;
  readonly server: ServerProcess;
  readonly url: string;
}

async function running(name: SceneName, options: Parameters<typeof setStage>[1] = {}): Promise<Running> {
  const stage = await setStage(name, options);
  afterwards(() => stage.clear());
  const server = startServer(stage.config, stage.env);
  afterwards(async () => void (await server.stop()));
  return { stage, server, url: (await server.notice('LISTENING')).replace(/^.* /, '') };
}

async function statusOf(url: string): Promise<StatusReport> {
  return (await (await fetch(`${url}status.json`)).json()) as StatusReport;
}

describe('the server process', () => {
  it('shows what engine, supervisor and store say together', async () => {
    const { url } = await running('degraded', { metrics: exampleMetrics() });
    const status = await statusOf(url);
    expect(status.engine).toMatchObject({ state: 'running', restarts: { crash: 6, update: 2 } });
    expect(status.store).toMatchObject({ records: 12, quarantined: 3, gapsOpen: 2 });
    expect(status.supervisor?.children.map(({ name }) => name)).toEqual(['engine', 'server']);
    expect(status.incidents.map(({ cause, state }) => `${cause} ${state}`).toSorted()).toEqual([
      'crash-loop recovered',
      'outage open',
    ]);
    expect(status.sources.find(({ id }) => id === 'library')?.timeline).toMatch(/^o+w{4,5}$/);
    const metrics = parseExposition(await (await fetch(`${url}metrics`)).text());
    const gaps = metrics.find(({ name }) => name === 'holdfast_gaps_open');
    expect(gaps?.series.find(({ labels }) => labels.get('source') === 'arxiv')?.value).toBe(2);
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    expect((await fetch(`${url}readyz`)).status).toBe(503);
  });

  it('beats, goes on without an engine, and ends when it is asked to', async () => {
    const { stage, server, url } = await running('ok');
    await until(() => server.said.some(({ type }) => type === 'heartbeat'));
    stage.endEngine();
    await until(async () => (await statusOf(url)).machine === null);
    expect((await statusOf(url)).store.records).toBe(12);
    expect(await server.stop()).toBe(0);
    expect(server.errors()).toBe('');
  });

  it('ends when its parent is gone', async () => {
    const { server } = await running('ok');
    server.child.disconnect();
    expect(await server.ended).toBe(0);
    expect(await isAlive(server.child.pid ?? 0)).toBe(false);
  });

  it('goes on without a page when the port belongs to somebody else', async () => {
    const other = createListener();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    afterwards(() => void other.close());
    const stage = await setStage('ok', { port: (other.address() as AddressInfo).port });
    afterwards(() => stage.clear());
    const server = startServer(stage.config, stage.env);
    afterwards(async () => void (await server.stop()));
    expect(await server.notice('PORT_BUSY')).toContain('the harvest goes on');
    const beats = server.said.length;
    await until(() => server.said.length > beats);
    expect(await server.stop()).toBe(0);
  });

  it('tells an open cause once over a webhook, and pings while the engine answers', async () => {
    const calls: string[] = [];
    const receiver = createServer((request: IncomingMessage, response) => {
      calls.push(request.url ?? '');
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    afterwards(() => void receiver.close());
    const base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const alerts: Config['alerts'] = {
      channels: [{ type: 'webhook', url: `${base}/alert`, secretEnv: null }],
      outageAfter: 0,
      diskDays: 7,
    };
    await running('degraded', { config: { alerts, deadman: { url: `${base}/ping`, every: 60_000 } } });
    await until(() => calls.includes('/ping') && calls.includes('/alert'));
    expect(calls.filter((path) => path === '/ping')).toHaveLength(1);
  });

  it('is held up by nothing when five hundred requests come at once', async () => {
    const { url } = await running('ok');
    const answers = await Promise.all(Array.from({ length: 500 }, () => fetch(`${url}status.json`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const stamps = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as StatusReport).asOf),
    );
    expect(new Set(stamps).size).toBeLessThan(100);
  });
});

describe.skipIf(!covered('Chromium', HAS_CHROMIUM))('an open page', () => {
  const look = `document.dispatchEvent(new Event('visibilitychange'))`;

  it('follows the server, counts down, and says so when it is cut off', async () => {
    const { stage, server, url } = await running('degraded');
    const browser = await openBrowser();
    afterwards(() => browser.close());
    const page = await openPage(browser);
    await page.goto(url);
    const next = page.locator('.sources tr:has-text("medrxiv") time[data-until]');
    await expect.poll(() => next.innerText()).toMatch(/^in 10h /);
    await page.locator('details summary').first().click();
    stage.endEngine();
    await expect
      .poll(async () => {
        await page.evaluate(look);
        return page.locator('#verdict').innerText();
      })
      .toContain('this is what the store says');
    expect(await page.locator('details[open]').count()).toBe(1);
    await server.stop();
    await page.evaluate(look);
    await expect
      .poll(() => page.locator('#cut').innerText())
      .toMatch(/^The connection is lost\. What you see is of \d\d:\d\d:\d\d UTC\.$/);
    expect(await page.locator('html.old').count()).toBe(1);
  });
});
