import { afterEach, beforeEach, expect, test } from 'vitest';
import { actor, stage } from './testing/actors.ts';

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): unknown => unhandled.push(reason);

beforeEach(() => void process.on('unhandledRejection', onUnhandled));
afterEach(() => {
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

test.each(['finish', 'crash'] as const)(
  'a child that ignores its signal is abandoned after its time; its late %s is an event, no unhandled rejection',
  async (how) => {
    const [a, deaf] = [
      actor('a', 'permanent'),
      actor('deaf', 'permanent', { deaf: true, shutdownMs: 2_000 }),
    ];
    const { supervisor, clock, log, settle, events } = stage([a, deaf]);
    await supervisor.start();
    log();
    const stopping = supervisor.stop();
    await clock.advance(1_999);
    expect([log(), a.contexts[0]?.signal.aborted]).toEqual([[], false]);
    await clock.advance(1);
    await stopping;
    expect(log()).toEqual(['abandoned deaf 1', 'stopped a 1']);
    expect(events.find(({ type }) => type === 'abandoned')).toMatchObject({ limitMs: 2_000 });
    expect(supervisor.children()[1]?.state).toEqual({ type: 'abandoned' });
    deaf[how]();
    await settle();
    expect(log()).toEqual(['late deaf 1']);
    expect(events.at(-1)).toMatchObject({ outcome: how === 'finish' ? 'fulfilled' : 'rejected' });
    expect(clock.pending).toBe(0);
  },
);

test('the time to stop does not pass while the machine sleeps', async () => {
  const deaf = actor('deaf', 'permanent', { deaf: true });
  const { supervisor, clock, log } = stage([deaf]);
  await supervisor.start();
  log();
  const stopping = supervisor.stop();
  await clock.advance(1_000);
  await clock.suspend(3_600_000, { monotonic: true });
  expect(log()).toEqual([]);
  deaf.finish();
  await stopping;
  expect(log()).toEqual(['stopped deaf 1']);
});

test('an abandoned child is started anew with its group, and is told apart from its successor', async () => {
  const [x, deaf] = [actor('x', 'permanent'), actor('deaf', 'permanent', { deaf: true, shutdownMs: 100 })];
  const { supervisor, clock, log, settle, events } = stage([x, deaf], { strategy: 'one-for-all' });
  await supervisor.start();
  log();
  x.crash();
  await clock.advance(100);
  expect(log()).toEqual([
    'exited x 1',
    'restart x+deaf',
    'abandoned deaf 1',
    'started x 2',
    'started deaf 2',
  ]);
  expect(deaf.alive()).toBe(2);
  // Only the second run is ended by the test: it is restarted; the first keeps its own signal, aborted.
  deaf.crash();
  await settle();
  expect(events.at(-1)).toMatchObject({ type: 'started', child: 'deaf', run: 3 });
  expect(deaf.contexts.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
  const stopping = supervisor.stop();
  await clock.advance(100);
  await stopping;
});

test('Infinity waits for ever, brutal not at all', async () => {
  const [patient, brutal] = [
    actor('patient', 'permanent', { deaf: true, shutdownMs: Number.POSITIVE_INFINITY }),
    actor('brutal', 'permanent', { deaf: true, shutdownMs: 'brutal' }),
  ];
  const { supervisor, clock, log, settle } = stage([patient, brutal]);
  await supervisor.start();
  log();
  const stopping = supervisor.stop();
  await clock.advance(30 * 86_400_000);
  expect(log()).toEqual(['stopped brutal 1']);
  patient.finish();
  await stopping;
  expect(log()).toEqual(['stopped patient 1']);
  brutal.crash();
  await settle();
  expect(log()).toEqual(['late brutal 1']);
});

test('one that is stopped brutally and obeys is no news; one that fails while it stops is told with its error', async () => {
  const error = new Error('could not close');
  const [brutal, bad] = [
    actor('brutal', 'permanent', { shutdownMs: 'brutal' }),
    actor('bad', 'permanent', { deaf: true }),
  ];
  const { supervisor, settle, events, log } = stage([brutal, bad]);
  await supervisor.start();
  log();
  const stopping = supervisor.stop();
  bad.crash(error);
  await stopping;
  await settle();
  expect(log()).toEqual(['stopped bad 1', 'stopped brutal 1']);
  expect(events.at(-2)).toMatchObject({ type: 'stopped', child: 'bad', error });
});
