import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** Where Debian puts it. */
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether this machine has the browser. */
export const HAS_CHROMIUM: boolean = existsSync(CHROMIUM);

/** How a page is looked at. */
export interface ViewOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly javaScriptEnabled?: boolean;
}

/** A browser with a fresh profile of its own, which goes with it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...FLAGS] });
}

/** A new page, looked at like this. */
export async function openPage(
  browser: Browser,
  { colorScheme = 'light', width = 1280, javaScriptEnabled = true }: ViewOptions = {},
): Promise<Page> {
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ colorScheme, javaScriptEnabled, viewport });
  return context.newPage();
}

/** A rule of accessibility that the page breaks, and where. */
export interface Violation {
  readonly id: string;
  readonly nodes: readonly string[];
}

/** What axe found, and how many rules it could try. */
export interface Findings {
  readonly violations: readonly Violation[];
  readonly passes: number;
}

/** Runs axe in the page. It is put there past the page's content policy, which allows no script but its own. */
export async function axe(page: Page): Promise<Findings> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(readFileSync(file, 'utf8'));
  return page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as {
      axe: {
        run: () => Promise<{ passes: unknown[]; violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations, passes } = await engine.run();
    return {
      violations: violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })),
      passes: passes.length,
    };
  });
}
