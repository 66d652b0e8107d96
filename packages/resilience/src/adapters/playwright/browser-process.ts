import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Clock } from '../../clock/clock.ts';
import { identify, systemProcesses } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import { launchedProcess } from '../browser/launched-process.ts';

/** The process of a browser, which Playwright does not tell: Chromium tells itself, others are found by their mark. */
export async function browserProcess(browser: Browser, mark: string): Promise<ProcessIdentity | undefined> {
  if (browser.browserType().name() !== 'chromium') return launchedProcess(mark);
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const main = processInfo.find(({ type }) => type === 'browser');
    return (main && identify(main.id)) ?? undefined;
  } finally {
    await session.detach();
  }
}

/**
 * The profile that Playwright made for a Chromium; undefined where the system does not show command lines. A wrapper of
 * the browser may name another one besides, which is somebody's own: only what Playwright makes is told.
 */
export function profileOf(pid: number): string | undefined {
  try {
    const words = systemProcesses.readFile(`/proc/${pid}/cmdline`).split('\0');
    return words
      .flatMap((word) => /^--user-data-dir=(.+)$/.exec(word)?.[1] ?? [])
      .find(
        (folder) =>
          dirname(folder) === tmpdir() && basename(folder).startsWith('playwright_chromiumdev_profile-'),
      );
  } catch {
    // Not Linux, or it has ended already.
    return undefined;
  }
}

/**
 * Calls `seen` with the process of a launch as soon as it is there, long before Playwright tells: what was not noted is
 * left behind when this program is killed meanwhile. Ends with the signal, or when it has seen it.
 */
export async function watchLaunch(
  mark: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  seen: (process: ProcessIdentity) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const process = launchedProcess(mark);
    if (process !== undefined && profileOf(process.pid) !== undefined) return await seen(process);
    await clock.sleep(LOOK_EVERY_MS, { signal }).catch(() => undefined);
  }
}

const LOOK_EVERY_MS = 50;
