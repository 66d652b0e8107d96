import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { tryFiles } from '../drill/report/files.ts';
import { pageOf } from '../drill/report/html/page.ts';
import { junitOf } from '../drill/report/junit.ts';
import { axe, HAS_CHROMIUM, openBrowser, openPage } from '../packages/holdfast/test/process/page/browser.ts';
import { HOSTILE, MIXED, reportOf, rowOf } from './drill-rows.ts';
import { covered } from './needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-drill-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const named = (name: string): string => join(folder, name);
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;

describe.skipIf(!covered('xmllint', hasXmllint))('JUnit', () => {
  const hostile = rowOf({ name: HOSTILE, layer: 'alerts', verdict: 'invalid', findings: [HOSTILE] });
  const report = reportOf([...MIXED, hostile], { requireAll: true });

  function ask(path: string): string {
    const file = named('report.xml');
    writeFileSync(file, junitOf(report));
    const { status, stdout, stderr } = spawnSync('xmllint', ['--nonet', '--xpath', path, file], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    return stdout.trim();
  }

  test('a reader finds each row with its verdict, and totals that agree', () => {
    expect(ask('count(//testsuite)')).toBe('4');
    expect(ask('count(/testsuites/testsuite/testcase)')).toBe('5');
    for (const [element, total] of [
      ['failure', 'failures'],
      ['error', 'errors'],
      ['skipped', 'skipped'],
    ]) {
      const found = ask(`count(//testcase/${String(element)})`);
      expect(ask(`string(/testsuites/@${String(total)})`)).toBe(found);
      expect(ask(`sum(//testsuite/@${String(total)})`)).toBe(found);
    }
    expect(ask('count(//failure)')).toBe('2');
    expect(ask('string(//testcase[@name="real suspend"]/skipped/@message)')).toContain(
      'a machine that sleeps',
    );
  });

  test('hostile text is text', () => {
    expect(ask('string(//testsuite[@name="alerts"]/testcase/@name)')).toContain(
      '<img src=x onerror=alert(1)> &',
    );
    expect(ask('count(//img)')).toBe('0');
  });
});

describe.skipIf(!covered('Chromium', HAS_CHROMIUM))('the page', () => {
  test.each([
    { colorScheme: 'light', width: 900 },
    { colorScheme: 'dark', width: 900 },
    { colorScheme: 'light', width: 320 },
    { colorScheme: 'dark', width: 320 },
  ] as const)(
    'has no finding of axe and fits its screen, $colorScheme, $width px',
    async ({ colorScheme, width }) => {
      const browser = await openBrowser();
      try {
        writeFileSync(named('report.html'), pageOf(reportOf(MIXED)));
        const page = await openPage(browser, { colorScheme, width, javaScriptEnabled: true });
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        await page.goto(pathToFileURL(named('report.html')).href);
        const { violations, passes } = await axe(page);
        expect(violations).toEqual([]);
        expect(passes).toBeGreaterThan(15);
        expect(asked).toHaveLength(1);
        const over = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(over).toBe(0);
        expect(await page.locator('svg g').count()).toBe(MIXED.length);
        expect(await page.locator('img, script').count()).toBe(0);
        expect(await page.locator('h1').innerText()).toContain('1 row did not hold');
      } finally {
        await browser.close();
      }
    },
  );
});

test('a page of nothing and a page of one moment are pages', () => {
  expect(pageOf(reportOf([]))).toContain('Nothing was played');
  expect(pageOf(reportOf([rowOf({ tookMs: 0 })]))).not.toContain('NaN');
});

test('a file that cannot be written is told beforehand, and one that can be stays as it is', () => {
  writeFileSync(named('there.html'), 'before');
  tryFiles({ html: named('there.html'), junit: named('new.xml') });
  expect(readFileSync(named('there.html'), 'utf8')).toBe('before');
  expect(() => readFileSync(named('new.xml'))).toThrow('ENOENT');
  expect(() => tryFiles({ html: named('no/such/folder/a.html'), junit: null })).toThrow('cannot be written');
});
