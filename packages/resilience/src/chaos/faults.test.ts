import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { classify, resilient } from '../index.ts';
import { assertFired, FAULT_NAMES, faultError, httpFault, injectFault } from './index.ts';
import type { FaultName } from './index.ts';

describe('ready-made faults through a policy', () => {
  const EXPECTED: Readonly<Record<FaultName, string>> = {
    'connection-reset': 'network unknown',
    'connection-refused': 'network yes',
    'network-unreachable': 'network yes',
    'socket-closed': 'network unknown',
    'dns-temporary': 'dns yes',
    'dns-not-found': 'dns yes',
    'connect-timeout': 'timeout yes',
    'headers-timeout': 'timeout unknown',
    'body-timeout': 'timeout unknown',
    'tls-expired': 'tls yes',
    'tls-self-signed': 'tls no',
    'disk-full': 'local unknown',
    'too-many-requests': 'rate-limit yes',
    'service-unavailable': 'network unknown',
    'server-error': 'network unknown',
    unauthorized: 'auth-expired yes',
    'not-found': 'permanent no',
  };

  test('every ready-made fault is named once', () => {
    expect([...FAULT_NAMES].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(Object.entries(EXPECTED) as [FaultName, string][])('%s is %s', async (name, expected) => {
    const policy = injectFault(name);
    const verdicts: string[] = [];
    const run = resilient('observed', {
      clock: new VirtualClock(),
      onEvent: (event) => {
        if (event.type === 'failure')
          verdicts.push(`${event.verdict.category} ${event.verdict.safeToReplay}`);
      },
    }).run(policy.inject(() => 'never'));
    await expect(run).rejects.toThrow();
    expect(verdicts).toEqual([expected]);
    assertFired(policy);
  });

  test('they have the form of the real ones', () => {
    expect(faultError('connection-reset')).toMatchObject({
      message: 'read ECONNRESET',
      errno: -104,
      code: 'ECONNRESET',
      syscall: 'read',
      name: 'Error',
    });
    expect(faultError('headers-timeout')).toMatchObject({
      name: 'HeadersTimeoutError',
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
    expect(faultError('dns-temporary')).not.toBe(faultError('dns-temporary'));
    expect(classify(faultError('too-many-requests'))).toMatchObject({
      code: 'HTTP_429',
      retryAfterMs: 1_000,
    });
  });

  test('an HTTP fault has its status, its Retry-After and its verdict', () => {
    const throttle = httpFault(503, { retryAfterSeconds: 30 });
    expect(throttle).toMatchObject({ status: 503, retryAfterSeconds: 30, code: 'HTTP_503' });
    expect(throttle.verdict).toMatchObject({ category: 'rate-limit', retryAfterMs: 30_000 });
    expect(httpFault(400).verdict?.category).toBe('permanent');
    expect(httpFault(599).retryAfterSeconds).toBeUndefined();
    expect(httpFault(429, { retryAfterSeconds: 0 }).verdict?.retryAfterMs).toBe(0);
  });
});
