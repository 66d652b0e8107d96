import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startCommand } from '../../drill/product/run-command.ts';
import { onStage } from '../../drill/stage.ts';
import { terminalPicture } from './terminal-picture.ts';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split(' ');

/** What a user sees: the demo, the status and the page of a harvest that runs, and the drill. */
export async function screens(
  save: (name: string, content: string | Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  save('demo.svg', terminalPicture('holdfast demo', await printed(['demo'], signal), { last: 24 }));
  await onStage({ seed: 7, size: 'quick', durationMs: null, signal, say: () => undefined }, async (stage) => {
    const arxiv = await stage.simulate({ kind: 'arxiv', records: 2_000, pageSize: 400 });
    const biorxiv = await stage.simulate({ kind: 'biorxiv', records: 300, pageSize: 100 });
    const product = stage.install(
      [
        { id: 'arxiv', kind: 'arxiv', baseUrl: arxiv.baseUrl, from: '30d', minIntervalMs: 50, every: '2s' },
        {
          id: 'biorxiv',
          kind: 'biorxiv',
          baseUrl: biorxiv.baseUrl,
          from: '30d',
          minIntervalMs: 50,
          every: '2s',
        },
      ],
      { dashboard: { port: 0 } },
    );
    const running = product.start('run');
    stage.defer(async () => {
      running.child.kill('SIGTERM');
      await running.ended;
    });
    const url = await pageOf(running.printed);
    await caughtUp(() => product.sources(), signal);
    const { stdout } = await product.run('status');
    save('status.svg', terminalPicture('holdfast status', stdout, { columns: 82 }));
    save('overview.png', await screenshot(url));
  });
  save(
    'drill.svg',
    terminalPicture('holdfast drill', await printed(['drill', '--seed', '7'], signal), { last: 70 }),
  );
}

async function printed(args: readonly string[], signal: AbortSignal): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-guide-'));
  try {
    const env = { ...process.env, HOLDFAST_STATE_DIR: join(folder, 'state'), COLUMNS: '100' };
    const { stdout } = await startCommand(args, { cwd: folder, env, signal }).ended;
    return stdout.replaceAll(folder, '~').replaceAll(tmpdir(), '/tmp');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The address that the page's process told. */
async function pageOf(output: () => string): Promise<string> {
  for (;;) {
    const found = /http:\/\/127\.0\.0\.1:\d+\/?/.exec(output().replaceAll(/"url":"[^"]*"/g, ''));
    if (found !== null) return found[0];
    await pause(50);
  }
}

async function caughtUp(
  sources: () => Promise<readonly { readonly state: string }[]>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const all = await sources();
    if (all.length > 1 && all.every(({ state }) => state === 'ok')) break;
    await pause(500, undefined, { signal });
  }
  // A few polls more, so that the bars have something to show.
  await pause(6_000, undefined, { signal });
}

async function screenshot(url: string): Promise<Uint8Array> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [...FLAGS],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 760 }, colorScheme: 'light' });
    await page.goto(url);
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}
