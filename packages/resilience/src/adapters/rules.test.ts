import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVerdict } from '../classify/index.ts';
import type { Verdict } from '../classify/index.ts';
import type { DriverRule } from '../classify/driver-rules.ts';
import { classifyPg, PG_RULES } from './pg/pg-rules.ts';
import { classifyPlaywright, PLAYWRIGHT_RULES } from './playwright/playwright-rules.ts';
import { classifyPuppeteer, PUPPETEER_RULES } from './puppeteer/puppeteer-rules.ts';
import { classifySelenium, SELENIUM_RULES } from './selenium/selenium-rules.ts';
import { classifyWebSocket, WEBSOCKET_RULES } from './websocket/websocket-rules.ts';

type Classify = (error: unknown, flags?: { readonly connected?: boolean }) => Verdict | undefined;

const ADAPTERS: readonly (readonly [string, Classify, readonly DriverRule[]])[] = [
  ['playwright', classifyPlaywright, PLAYWRIGHT_RULES],
  ['puppeteer', classifyPuppeteer, PUPPETEER_RULES],
  ['selenium', classifySelenium, SELENIUM_RULES],
  ['pg', classifyPg, PG_RULES],
  ['websocket', classifyWebSocket, WEBSOCKET_RULES],
];

class TargetClosedError2 extends Error {}
class WebDriverError extends Error {}

/** One error that each adapter knows by its class or code, and one by its text. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  playwright: [
    new TargetClosedError2('x'),
    new Error('page.evaluate: \u001B[31mTarget crashed\u001B[39m\nlog'),
  ],
  puppeteer: [new Error('Navigating frame was detached', { cause: new Error('LifecycleWatcher disposed') })],
  selenium: [new WebDriverError('tab crashed'), new Error('ECONNREFUSED connect ECONNREFUSED 127.0.0.1:9')],
  pg: [
    Object.assign(new Error('x'), { code: '57P01' }),
    new Error('Client has encountered a connection error and is not queryable'),
  ],
  websocket: [{ closeCode: 1006 }, new Error('Unexpected server response: 503')],
};

describe.each(ADAPTERS)('%s', (name, classify, rules) => {
  test('never throws and says permanent of nothing that it does not know', () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withMap: true,
      withBigInt: true,
      withDate: true,
    });
    const alike = fc.record(
      {
        name: anything,
        message: anything,
        code: anything,
        type: anything,
        cause: anything,
        errors: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(anything, alike),
        fc.option(fc.boolean(), { nil: undefined }),
        (value, connected) => {
          const verdict = classify(value, connected === undefined ? {} : { connected });
          if (verdict !== undefined) expect(isVerdict(verdict)).toBe(true);
        },
      ),
    );
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const cycle = new Error('round');
    cycle.cause = cycle;
    for (const hostile of [proxy, cycle, undefined, null, 'text', new Error('')]) {
      expect(classify(hostile)).toBeUndefined();
    }
  });

  test.each(KNOWN[name] ?? [])('gives the same verdict wrapped and among others (%#)', (error) => {
    const verdict = classify(error);
    expect(isVerdict(verdict)).toBe(true);
    const own = error instanceof Error && error.cause !== undefined ? 1 : 0;
    let wrapped = error;
    for (let depth = 1; depth <= 5 - own; depth += 1) {
      wrapped = new Error(`Step ${depth} failed`, { cause: wrapped });
      expect(classify(wrapped)).toEqual(verdict);
    }
    expect(classify(new AggregateError([new Error('another'), error]))).toEqual(verdict);
  });

  test('reads a text last: a code of a socket within is better evidence', () => {
    const socket = Object.assign(new Error('x'), { code: 'ECONNRESET', syscall: 'read' });
    const texts = (KNOWN[name] ?? []).filter((error) => (error as Error).constructor === Error);
    for (const error of texts.filter((candidate) => !('code' in (candidate as object)))) {
      const { message } = error as Error;
      expect(classify(new Error(message, { cause: socket }))).toBeUndefined();
      expect(classify(new Error(message))?.evidence).toBe('message');
    }
  });

  test('reads the first line alone', () => {
    for (const error of KNOWN[name] ?? []) {
      const { message } = error as { message?: string };
      if (message === undefined || (error as Error).constructor !== Error) continue;
      expect(classify(new Error(`Something else\n${message}`))?.category ?? 'unknown').toBe('unknown');
    }
  });

  test('believes an error that brings a verdict along', () => {
    const verdict: Verdict = { category: 'defect', scope: 'none', safeToReplay: 'no', evidence: 'class' };
    const error = Object.assign(new Error('Target crashed'), { verdict });
    expect(classify(new Error('outer', { cause: error }))).toEqual(verdict);
  });

  test('asks for the class or code before it asks for a text', () => {
    const firstText = rules.findIndex((rule) => !rule.classes && !rule.codes && !rule.codePrefixes);
    const later = rules.slice(firstText < 0 ? rules.length : firstText);
    expect(later.filter((rule) => !rule.message && rule.last !== true)).toEqual([]);
  });
});

test('a text of a page or of our own work is no verdict', () => {
  const texts = [
    'page.evaluate: Error: Target crashed',
    'the label says: Target page, context or browser has been closed',
    'we saw net::ERR_CONNECTION_RESET in the report',
    'Connection terminated unexpectedly, said the customer',
    'report: tab crashed',
  ];
  for (const text of texts) {
    for (const [, classify] of ADAPTERS) expect(classify(new Error(text))).toBeUndefined();
  }
});
