import { expect, test } from 'vitest';
import { SessionLostError } from './session-lost-error.ts';
import { setup, watch } from './testing/session-setup.ts';

test('a loss is told in one sentence with one full stop, without the log that a driver appends', () => {
  const sentence = (report: SessionLostError['report']): string =>
    new SessionLostError({ session: 'portal', generation: 3, report, scope: 'session' }).message;
  expect(sentence({ cause: 'crash', detail: 'The page has crashed.' })).toBe(
    'Generation 3 of session "portal" was lost: crash, The page has crashed.',
  );
  expect(sentence({ cause: 'reported', detail: 'page.goto: Target closed\nCall log:\n  - secret' })).toBe(
    'Generation 3 of session "portal" was lost: reported, page.goto: Target closed.',
  );
  expect(sentence({ cause: 'process-exit', exitSignal: 'SIGKILL' })).toContain('process-exit (SIGKILL).');
});

test('a session that is out of service names what failed last', async () => {
  const s = setup({ recover: { attempts: 2 } });
  const failure = new Error('browserType.launch: no such file.\nCall log:\n  - more');
  s.adapter.scripts.open = () => Promise.reject(failure);
  const lease = watch(s.session.lease());
  await s.clock.advance(10_000);
  expect(lease.error).toMatchObject({
    message:
      'Session "test" is out of service: 2 tries in a row failed, the last with: browserType.launch: no such file.',
    cause: failure,
  });
});

test('a session that was lost too often says how it was lost last', async () => {
  const s = setup({ recover: { budget: { max: 1, per: '10m' } } });
  await s.session.use(() => Promise.resolve());
  for (const exitCode of [2, 3]) {
    s.adapter.peer.lost({ cause: 'process-exit', exitCode });
    await s.clock.advance(0);
  }
  const refused = watch(s.session.lease());
  await s.clock.advance(0);
  expect(refused.error).toMatchObject({
    message:
      'Session "test" is out of service: the budget of recoveries (1 in 10m) is spent, and it was lost again: process-exit (exit code 3).',
  });
});
