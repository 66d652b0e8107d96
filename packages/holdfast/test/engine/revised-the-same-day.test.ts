import { expect, test } from 'vitest';
import { virtualMachine } from './virtual-engine.ts';

/*
 * Found by two soaks: the versions of a paper are asked for by itself, because it was stamped anew between two lists.
 * Revised on that very day it was told as the version of before, until the next day.
 */

const DAY = 86_400_000;

test('a paper of arXiv that is revised on the day on which its versions were asked for has no number until they are again', async () => {
  let onRaw = (): void => undefined;
  const machine = virtualMachine({
    kind: 'arxiv',
    once: true,
    wrap: (transport) => ({
      ...transport,
      send: (exchange, signal) => {
        if (exchange.url.includes('arXivRaw')) onRaw();
        return transport.send(exchange, signal);
      },
    }),
  });
  const { clock, store, upstream } = machine;
  const poll = async (): Promise<void> => {
    const run = machine.start();
    await run.until(() => run.ended() !== null);
    expect(run.ended()).toBe('finished');
    await run.stop();
  };
  await poll();
  const [{ id, version: first } = { id: '', version: '' }] = upstream.truth();
  const latest = async (): Promise<string | null | undefined> =>
    (await store.changes(0n, 10_000)).findLast((change) => change.id === id)?.version;

  upstream.newVersion(id);
  await clock.advance(60_000);
  await poll();
  expect(await latest()).toBeNull();

  await clock.advance(DAY);
  let restamped = 0;
  onRaw = () => {
    if (restamped === 0) restamped = upstream.restamp([id]).length;
  };
  await poll();
  const second = String(Number(first) + 1);
  expect([restamped, await latest()]).toEqual([1, second]);

  upstream.newVersion(id);
  for (let again = 0; again < 3; again += 1) {
    await clock.advance(60_000);
    await poll();
    expect(await latest()).toBeNull();
  }

  await clock.advance(DAY);
  await poll();
  expect(await latest()).toBe(String(Number(second) + 1));
});
