import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { classify, throwIfFailed } from './index.ts';

const clock = new VirtualClock();

/** As `fetch` gives it: with the address it came from. */
function answered(status: number, headers: Readonly<Record<string, string>> = {}, url?: string): Response {
  const response = new Response('the body', { status, headers });
  if (url !== undefined) Object.defineProperty(response, 'url', { value: url });
  return response;
}

function thrownBy(response: Response): unknown {
  try {
    throwIfFailed(response, { clock });
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('throwIfFailed', () => {
  test.each([200, 204, 304, 399])('gives the response itself back for %d', (status) => {
    const response = { status, headers: new Headers(), url: '', body: null };
    expect(throwIfFailed(response, { clock })).toBe(response);
  });

  test('throws what a policy judges by its status', () => {
    const error = thrownBy(answered(503, {}, 'https://example.org/page?token=secret'));
    expect(error).toMatchObject({
      code: 'ERR_HTTP_STATUS',
      message: 'https://example.org/page answered 503.',
    });
    expect(classify(error)).toMatchObject({ category: 'network', code: 'HTTP_503' });
  });

  test('measures a Retry-After that is a date by its clock', () => {
    const date = new Date(clock.now() + 90_000).toUTCString();
    expect(classify(thrownBy(answered(429, { 'retry-after': date })))).toMatchObject({
      category: 'rate-limit',
      retryAfterMs: 90_000,
    });
  });

  test('names no address that is not known', () => {
    expect(thrownBy(answered(404))).toMatchObject({ message: 'The server answered 404.' });
  });

  test('lets the body go, also when that fails', async () => {
    let reason: unknown;
    const body = new ReadableStream({
      cancel: () => {
        reason = 'let go';
        throw new Error('broken already');
      },
    });
    expect(thrownBy(new Response(body, { status: 500 }))).toMatchObject({ code: 'ERR_HTTP_STATUS' });
    await Promise.resolve();
    expect(reason).toBe('let go');
  });
});
