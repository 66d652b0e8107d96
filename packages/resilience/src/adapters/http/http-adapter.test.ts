import { expect, test } from 'vitest';
import { httpAdapter } from './http-adapter.ts';
import type { HttpSnapshot } from './http-client.ts';

const { signal } = new AbortController();
const context = { signal, generation: 1, attempt: 1 };

function adapterOf(status = 200): ReturnType<typeof httpAdapter> {
  let count = 0;
  return httpAdapter({
    baseUrl: 'https://app.example.org',
    fetch: async () =>
      new Response(null, { status, headers: { 'set-cookie': `n=${(count += 1)}`, 'retry-after': '5' } }),
  });
}

function values(snapshot: HttpSnapshot | undefined): string[] {
  return (snapshot?.cookies ?? []).map(({ value }) => value);
}

test('the next client takes over what has changed since the snapshot, over any number of generations', async () => {
  const adapter = adapterOf();
  const first = await adapter.open(context);
  await first.request('/');
  const restore = (await adapter.snapshot?.(first, context)) ?? { cookies: [] };
  await first.request('/');
  const second = await adapter.open({ ...context, restore });
  expect(values(await adapter.snapshot?.(second, context))).toEqual(['2']);
  await second.request('/');
  const third = await adapter.open({ ...context, restore });
  expect(values(await adapter.snapshot?.(third, context))).toEqual(['3']);
});

test('a snapshot from a store is restored as it is, and without one the client is new', async () => {
  const adapter = adapterOf();
  const first = await adapter.open(context);
  await first.request('/');
  const stored = JSON.parse(JSON.stringify(await adapter.snapshot?.(first, context))) as HttpSnapshot;
  await first.request('/');
  const second = await adapter.open({ ...context, restore: stored });
  expect(values(await adapter.snapshot?.(second, context))).toEqual(['1']);
  const third = await adapter.open(context);
  expect(values(await adapter.snapshot?.(third, context))).toEqual([]);
});

test.each([200, 302, 401, 404])('a service that answers %i is there', async (status) => {
  const adapter = adapterOf(status);
  await adapter.probe(await adapter.open(context), context);
});

test.each([
  [500, 'ERR_HTTP_STATUS'],
  [502, 'ERR_HTTP_STATUS'],
  [503, 'ERR_HTTP_RATE_LIMITED'],
])('a service that answers %i is not', async (status, code) => {
  const adapter = adapterOf(status);
  await expect(adapter.probe(await adapter.open(context), context)).rejects.toMatchObject({ code });
});

test.each(['', 'app.example.org', 'ftp://app.example.org'])('%j is no base address', (baseUrl) => {
  expect(() => httpAdapter({ baseUrl })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
});
