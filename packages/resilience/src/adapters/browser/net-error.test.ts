import { expect, test } from 'vitest';
import { NET_ERROR_RULES, netErrorVerdict } from './net-error.ts';

const rows = NET_ERROR_RULES.flatMap((rule) => rule.names.map((name) => ({ name, rule })));

test.each(rows)('net::ERR_$name', ({ name, rule }) => {
  const { category, scope, safeToReplay } = rule;
  const whole = `net::ERR_${name.replace('*', 'SOMETHING')}`;
  expect(netErrorVerdict(`page.goto: ${whole} at http://127.0.0.1/\nnet::ERR_FAILED`)).toEqual({
    category,
    scope,
    safeToReplay,
    evidence: 'message',
    code: whole,
  });
});

test('no network error ever says that the browser or a page is lost', () => {
  for (const { category, scope } of NET_ERROR_RULES) {
    expect(['session-lost', 'page-lost', 'crash']).not.toContain(category);
    expect(['session', 'page']).not.toContain(scope);
  }
});

test.each([
  '',
  'net::ERR_SOMETHING_NEW',
  'internet::ERR_CONNECTION_RESET',
  'first\nnet::ERR_CONNECTION_RESET',
])('%j has no verdict', (text) => {
  expect(netErrorVerdict(text)).toBeUndefined();
});
