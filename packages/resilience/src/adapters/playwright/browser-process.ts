import type { Browser } from 'playwright-core';
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

/** The profile that Playwright made for a Chromium; undefined where the system does not show command lines. */
export function profileOf(pid: number): string | undefined {
  try {
    return /(?:^|\0)--user-data-dir=([^\0]+)/.exec(systemProcesses.readFile(`/proc/${pid}/cmdline`))?.[1];
  } catch {
    // Not Linux, or it has ended already.
    return undefined;
  }
}
