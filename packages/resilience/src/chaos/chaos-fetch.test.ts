import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { classify, classifyStatus } from '../index.ts';
import { watch } from '../policy/testing/policy-setup.ts';
import {
  assertFired,
  chaosFetch,
  dripBody,
  httpFault,
  injectFault,
  injectHang,
  injectResult,
  resetBody,
  stallBody,
  truncateBody,
  wrongContentType,
} from './index.ts';
import type { ChaosPolicy } from './index.ts';

const URL_ASKED = 'https://upstream.example/list';
const PIECES = ['abcd', 'efgh', 'ij'];

/** An upstream that answers in pieces; what was asked of it, and whether a body was given up. */
function upstream(
  pieces: readonly string[] = PIECES,
  status = 200,
): {
  readonly send: typeof fetch;
  readonly asked: string[];
  readonly cancelled: unknown[];
} {
  const asked: string[] = [];
  const cancelled: unknown[] = [];
  const send: typeof fetch = async (input) => {
    asked.push(input instanceof Request ? input.url : input.toString());
    const left = [...pieces];
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const next = left.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(next));
      },
      cancel: (reason) => void cancelled.push(reason),
    });
    const headers = { 'content-type': 'text/xml', 'content-length': '10', etag: '"1"' };
    const response = new Response(body, { status, statusText: 'Fine', headers });
    return Object.defineProperties(response, { url: { value: URL_ASKED }, redirected: { value: true } });
  };
  return { send, asked, cancelled };
}

/** What a reader of the body gets before it ends or breaks. */
async function read(response: Response): Promise<{ readonly text: string; readonly error?: unknown }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true });
    return { text };
  } catch (error) {
    return { text, error };
  }
}

describe('errors of the network and answers', () => {
  test('without a policy, or when none hits, the answer passes as it is', async () => {
    const { send, asked } = upstream();
    const response = await chaosFetch(send)(URL_ASKED);
    expect(await response.text()).toBe('abcdefghij');
    expect(response.headers.get('content-length')).toBe('10');
    await chaosFetch(send, injectFault('connection-reset', { times: '@2' }))(URL_ASKED);
    expect(asked).toEqual([URL_ASKED, URL_ASKED]);
  });

  test.each(['connection-reset', 'dns-temporary', 'tls-expired', 'headers-timeout'] as const)(
    '%s arrives as fetch brings it, and is judged by its cause',
    async (name) => {
      const { send, asked } = upstream();
      const policy = injectFault(name);
      const error: unknown = await chaosFetch(send, policy)(URL_ASKED).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ message: 'fetch failed', cause: { code: classify(error).code } });
      expect(classify(error).category).not.toBe('unknown');
      expect(asked).toEqual([]);
      assertFired(policy);
    },
  );

  test('a status arrives as a response', async () => {
    const { send } = upstream();
    const throttle = injectFault(() => httpFault(429, { retryAfterSeconds: 7 }), { times: '@1' });
    const broken = injectFault('server-error', { times: '@1' });
    const faulty = chaosFetch(send, throttle, broken);
    const [first, second] = [await faulty(URL_ASKED), await faulty(URL_ASKED)];
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    expect(classifyStatus(first.status, { retryAfter: '7' })).toMatchObject({ category: 'rate-limit' });
    expect([second.status, second.headers.has('retry-after')]).toEqual([500, false]);
    expect(await second.text()).toContain('500');
    expect(second.headers.get('content-type')).toBe('text/plain');
    assertFired(throttle);
    assertFired(broken);
  });

  test('an answer of your own takes its place', async () => {
    const policy = injectResult(() => new Response('mine', { status: 202 }));
    const response = await chaosFetch(upstream().send, policy)(URL_ASKED);
    expect([response.status, await response.text()]).toEqual([202, 'mine']);
  });

  test('errors that fetch would throw itself, verdicts and the reason of an abort pass by identity', async () => {
    const plain = new Error('without a code');
    const judged = Object.assign(new Error('judged'), {
      code: 'X',
      verdict: { category: 'network', scope: 'call', safeToReplay: 'yes', evidence: 'code' },
    });
    for (const error of [plain, judged]) {
      await expect(
        chaosFetch(
          upstream().send,
          injectFault(() => error),
        )(URL_ASKED),
      ).rejects.toBe(error);
    }
    const reason = Object.assign(new Error('enough'), { code: 'ERR_ENOUGH' });
    const controller = new AbortController();
    const hanging = chaosFetch(upstream().send, injectHang({ obeysSignal: true }));
    const asked = [
      watch(hanging(URL_ASKED, { signal: controller.signal })),
      watch(hanging(new Request(URL_ASKED, { signal: controller.signal }))),
    ];
    await new VirtualClock().advance(0);
    expect(asked.map(({ settled }) => settled)).toEqual([false, false]);
    controller.abort(reason);
    await new VirtualClock().advance(0);
    expect(asked.map(({ error }) => error)).toEqual([reason, reason]);
    // The same error without an abort is one of the network.
    const faulty = chaosFetch(
      upstream().send,
      injectFault(() => reason),
    );
    await expect(faulty(URL_ASKED)).rejects.toMatchObject({ message: 'fetch failed', cause: reason });
    const aborted = { signal: AbortSignal.abort(new Error('other')) };
    await expect(faulty(URL_ASKED, aborted)).rejects.toMatchObject({ message: 'fetch failed' });
  });

  test('what the wrapped fetch throws itself passes by identity, with a code or without', async () => {
    const error = Object.assign(new Error('mine'), { code: 'MY_CODE' });
    const send: typeof fetch = () => Promise.reject(error);
    await expect(chaosFetch(send)(URL_ASKED)).rejects.toBe(error);
    await expect(chaosFetch(send, injectFault('disk-full', { phase: 'after' }))(URL_ASKED)).rejects.toBe(
      error,
    );
    const faulty = chaosFetch(send, injectFault('disk-full', { times: '@1' }));
    await expect(faulty(URL_ASKED)).rejects.toMatchObject({ cause: { code: 'ENOSPC' } });
  });

  test('a policy sees which call it is', async () => {
    const seen: number[] = [];
    const faulty = chaosFetch(
      upstream().send,
      injectFault('connection-reset', { when: (call) => seen.push(call.attempt) < 0 }),
    );
    await faulty(URL_ASKED);
    await faulty(URL_ASKED);
    expect(seen).toEqual([1, 2]);
  });
});

describe('bodies', () => {
  test('a source that fails when it is given up harms neither the reader nor the process', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    let cancelled = 0;
    const send: typeof fetch = async () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('abcd')),
          cancel: () => {
            cancelled += 1;
            throw new Error('already gone');
          },
        }),
      );
    process.on('unhandledRejection', note);
    try {
      const short = await chaosFetch(send, truncateBody({ afterBytes: 3 }))(URL_ASKED);
      expect(await read(short)).toEqual({ text: 'abc' });
      const other = await chaosFetch(send, wrongContentType({ body: 'other' }))(URL_ASKED);
      expect(await read(other)).toEqual({ text: 'other' });
      await new VirtualClock().advance(0);
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(cancelled).toBe(2);
    expect(unhandled).toEqual([]);
  });

  test.each([
    [0, '', 1],
    [3, 'abc', 1],
    [4, 'abcd', 1],
    [5, 'abcde', 1],
    [9, 'abcdefghi', 1],
    [10, 'abcdefghij', 0],
    [11, 'abcdefghij', 0],
  ])('cut after %d bytes in silence', async (afterBytes, text, injected) => {
    const policy = truncateBody({ afterBytes });
    const response = await chaosFetch(upstream().send, policy)(URL_ASKED);
    expect(await read(response)).toEqual({ text });
    expect(policy.injected).toBe(injected);
    expect(response.headers.has('content-length')).toBe(false);
  });

  test.each([
    [0, ''],
    [6, 'abcdef'],
    [8, 'abcdefgh'],
    [10, 'abcdefghij'],
    [99, 'abcdefghij'],
  ])('reset after %d bytes, all of which arrive', async (afterBytes, text) => {
    const policy = resetBody({ afterBytes });
    const response = await chaosFetch(upstream().send, policy)(URL_ASKED);
    const got = await read(response);
    expect(got.text).toBe(text);
    expect(got.error).toBeInstanceOf(TypeError);
    expect(got.error).toMatchObject({ message: 'terminated', cause: { code: 'ECONNRESET' } });
    expect(classify(got.error)).toMatchObject({ category: 'network', safeToReplay: 'unknown' });
    assertFired(policy);
  });

  test.each([3, 99])('nothing comes after %d bytes until the signal aborts', async (afterBytes) => {
    const controller = new AbortController();
    const reason = new Error('idle for too long');
    const policy = stallBody({ afterBytes });
    const response = await chaosFetch(upstream().send, policy)(URL_ASKED, { signal: controller.signal });
    const got = watch(read(response));
    await new VirtualClock().advance(0);
    expect([got.settled, policy.injected]).toEqual([false, 1]);
    controller.abort(reason);
    await new VirtualClock().advance(0);
    expect(got.value).toEqual({ text: 'abcdefghij'.slice(0, afterBytes), error: reason });
    const after = await chaosFetch(upstream().send, policy)(URL_ASKED, { signal: controller.signal });
    expect(await read(after)).toMatchObject({ error: reason });
  });

  test('a body drips on the clock, piece by piece, and is whole in the end', async () => {
    const clock = new VirtualClock();
    const policy = dripBody({ every: '1s', bytes: 3, clock });
    const response = await chaosFetch(upstream().send, policy)(URL_ASKED);
    let text = '';
    const done = watch(
      (async () => {
        for await (const piece of response.body ?? []) text += new TextDecoder().decode(piece);
      })(),
    );
    const seen: string[] = [];
    for (let second = 0; second < 5; second += 1) {
      await clock.advance(1_000);
      seen.push(text);
    }
    expect(seen).toEqual(['abc', 'abcd', 'abcdefg', 'abcdefgh', 'abcdefghij']);
    await clock.advance(0);
    expect([done.settled, policy.injected, clock.pending]).toEqual([true, 1, 0]);
  });

  test('a dripping body drips single bytes by default, obeys the signal and can be given up', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const reason = new Error('enough');
    const policy = dripBody({ every: '1s', clock });
    const { send } = upstream(['', 'ab']);
    const first = await chaosFetch(send, policy)(URL_ASKED, { signal: controller.signal });
    const got = watch(read(first));
    await clock.advance(1_500);
    controller.abort(reason);
    await clock.advance(0);
    expect(got.value).toEqual({ text: 'a', error: reason });
    const { send: other, cancelled } = upstream();
    const second = await chaosFetch(other, policy)(URL_ASKED);
    const reader = (second.body ?? new ReadableStream()).getReader();
    const reading = reader.read();
    await clock.advance(0);
    await reader.cancel('no more');
    expect(await reading).toEqual({ done: true, value: undefined });
    expect([clock.pending, cancelled]).toEqual([0, ['no more']]);
  });

  test('a body that was cut, or given up, gives up the real one', async () => {
    const cut = upstream();
    await read(await chaosFetch(cut.send, truncateBody({ afterBytes: 1 }))(URL_ASKED));
    expect(cut.cancelled).toEqual([undefined]);
    const { send, cancelled } = upstream();
    const response = await chaosFetch(send, truncateBody({ afterBytes: 5 }))(URL_ASKED);
    await response.body?.cancel('no more');
    expect(cancelled).toEqual(['no more']);
  });

  test('an empty piece does not stall a cut body', async () => {
    const response = await chaosFetch(
      upstream(['', 'ab', '', 'cd']).send,
      truncateBody({ afterBytes: 3 }),
    )(URL_ASKED);
    expect(await read(response)).toEqual({ text: 'abc' });
  });

  test('another document comes under status 200, and the real body is given up', async () => {
    const { send, cancelled } = upstream(PIECES, 206);
    const portal = wrongContentType();
    const response = await chaosFetch(send, portal)(URL_ASKED);
    expect([response.status, response.url]).toEqual([200, URL_ASKED]);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toMatch(/^<!doctype html>/);
    expect(cancelled).toHaveLength(1);
    assertFired(portal);
    const own = wrongContentType({ contentType: 'application/json', body: '{}' });
    const second = await chaosFetch(upstream().send, own)(URL_ASKED);
    expect([second.headers.get('content-type'), await second.text()]).toEqual(['application/json', '{}']);
  });

  test('status, headers and address stay', async () => {
    const response = await chaosFetch(upstream(PIECES, 206).send, truncateBody({ afterBytes: 1 }))(URL_ASKED);
    const { status, statusText, url, redirected, headers } = response;
    expect([status, statusText, url, redirected, headers.get('etag')]).toEqual([
      206,
      'Fine',
      URL_ASKED,
      true,
      '"1"',
    ]);
  });

  test.each<readonly [string, ChaosPolicy & { readonly injected: number }]>([
    ['truncated', truncateBody({ afterBytes: 0 })],
    ['reset', resetBody({ afterBytes: 0 })],
    ['stalled', stallBody({ afterBytes: 0 })],
    ['dripping', dripBody({ every: 1 })],
  ])('an answer without a body passes, and a %s one does not count as injected', async (_name, policy) => {
    const none = new Response(null, { status: 204 });
    expect(await chaosFetch(async () => none, policy)(URL_ASKED)).toBe(none);
    expect(policy.injected).toBe(0);
    expect(() => assertFired(policy)).toThrow(expect.objectContaining({ code: 'ERR_CHAOS_NOT_FIRED' }));
  });

  test('what is no answer passes', async () => {
    for (const policy of [wrongContentType(), truncateBody({ afterBytes: 0 })]) {
      expect(
        await policy.inject(() => 'text')({ signal: AbortSignal.abort(), attempt: 1, progress: () => {} }),
      ).toBe('text');
      expect(policy.injected).toBe(0);
    }
  });

  test.each([
    ['chaos.afterBytes', () => truncateBody({ afterBytes: -1 })],
    ['chaos.afterBytes', () => resetBody({ afterBytes: 0.5 })],
    ['chaos.afterBytes', () => stallBody({ afterBytes: Number.NaN })],
    ['chaos.bytes', () => dripBody({ every: 1, bytes: 0 })],
    ['chaos.every', () => dripBody({ every: 'often' })],
  ])('what cannot work is refused by naming %s', (field, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
  });

  test('faults of bodies have names, for reports', () => {
    const made = [
      truncateBody({ afterBytes: 0 }),
      resetBody({ afterBytes: 0 }),
      stallBody({ afterBytes: 0 }),
      dripBody({ every: 1 }),
      wrongContentType(),
    ];
    expect(made.map(({ name }) => name)).toEqual([
      'truncated-body',
      'reset-body',
      'stalled-body',
      'dripping-body',
      'wrong-content-type',
    ]);
  });
});
