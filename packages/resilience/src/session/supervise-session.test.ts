import { expect, test } from 'vitest';
import { hang } from './testing/fake-adapter.ts';
import { setup, setupWithAuth, watch } from './testing/session-setup.ts';

test('many tasks that lose the resource together cause one recovery and all finish', async () => {
  const { clock, adapter, session } = setup();
  let runs = 0;
  const task = (): Promise<number> =>
    session.use((lease) =>
      lease.run((peer) => {
        runs += 1;
        return peer.id === 1 ? hang<number>() : Promise.resolve(peer.id);
      }),
    );
  const tasks = Array.from({ length: 4 }, () => watch(task()));
  await clock.advance(0);
  expect(runs).toBe(4);
  adapter.peer.lost({ cause: 'process-exit', exitSignal: 'SIGKILL' });
  adapter.peer.lost({ cause: 'disconnected' });
  await clock.advance(0);
  expect(tasks.map((each) => each.value)).toEqual([2, 2, 2, 2]);
  expect(session.stats).toMatchObject({ opens: 2, losses: 1, recoveries: 1, leasesOut: 0 });
});

test('nothing is published before login and probe, and listeners are there before the login', async () => {
  const { clock, adapter, session } = setupWithAuth();
  await session.use(() => Promise.resolve());
  expect(adapter.log).toEqual(['open', 'watch', 'check', 'login', 'check', 'probe', 'snapshot']);
  const drained = session.drain();
  await clock.advance(0);
  await drained;
  expect(session.state.kind).toBe('closed');
  expect(adapter.peer.closed).toBe(true);
  expect(clock.pending).toBe(0);
});
