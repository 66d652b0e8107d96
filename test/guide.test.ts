import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { VERBS } from '../packages/holdfast/src/cli/verbs.ts';
import { axe, HAS_CHROMIUM, openBrowser, openPage } from '../packages/holdfast/test/process/page/browser.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { covered } from './needs.ts';

const folder = join(root, 'docs/guide');
const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
const verbs = new Set([...VERBS.map(({ usage }) => usage.split(' ')[0]), 'sim', 'drill', '--version']);
const textOf = (page: string): string => readFileSync(join(folder, page), 'utf8');

/** What a page asks the browser for, or leads to. */
function targets(text: string): string[] {
  return [...text.matchAll(/\b(?:href|src)="([^"]+)"/g)].flatMap(([, target]) => target ?? []);
}

describe.each(pages)('docs/guide/%s', (page) => {
  test('is readable without a network: all it needs lies beside it', () => {
    expect(targets(textOf(page)).length).toBeGreaterThan(5);
    const missing = targets(textOf(page))
      .map((target) => target.split('#')[0] ?? '')
      .filter((target) => target !== '' && (/^[a-z]+:/.test(target) || !existsSync(join(folder, target))));
    expect(missing).toEqual([]);
  });

  test('names only commands that exist', () => {
    const named = [...textOf(page).matchAll(/\bholdfast (--?[a-z]+|[a-z]+)\b/g)]
      .filter(([, verb]) => verb !== undefined)
      .map(([, verb = '']) => verb);
    const code = [...textOf(page).matchAll(/<(?:code|pre)[^>]*>([\s\S]*?)<\/(?:code|pre)>/g)]
      .map(([, text]) => text)
      .join('\n');
    expect(named.filter((verb) => code.includes(`holdfast ${verb}`) && !verbs.has(verb))).toEqual([]);
  });
});

describe.skipIf(!covered('Chromium', HAS_CHROMIUM))('the guide in a browser, from its files', () => {
  test(
    'has no finding of axe and fits its screen, light and dark, wide and narrow',
    { timeout: 120_000 },
    async () => {
      const browser = await openBrowser();
      try {
        for (const view of [
          { colorScheme: 'light', width: 320 },
          { colorScheme: 'dark', width: 900 },
        ] as const) {
          const page = await openPage(browser, view);
          for (const name of pages) {
            await page.goto(pathToFileURL(join(folder, name)).href);
            const { violations, passes } = await axe(page);
            expect(violations, `${name} ${view.colorScheme}`).toEqual([]);
            expect(passes).toBeGreaterThan(10);
            expect(
              await page.evaluate<number>('document.documentElement.scrollWidth'),
              name,
            ).toBeLessThanOrEqual(view.width);
          }
        }
      } finally {
        await browser.close();
      }
    },
  );
});
