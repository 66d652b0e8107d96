import { expect, test } from 'vitest';
import { describeEvent } from './describe-event.ts';
import type { ResilienceEvent } from './resilience-event.ts';
import { SAMPLES, sampleEvents } from './testing/sample-events.ts';

test.each<[ResilienceEvent, string]>([
  [
    { layer: 'policy', event: SAMPLES.policy.retry },
    'policy p: retry run=7 attempt=2 category=network delayMs=2000 verdict.category=network verdict.scope=call verdict.safeToReplay=yes verdict.evidence=code verdict.code=ECONNRESET',
  ],
  [{ layer: 'policy', event: SAMPLES.policy.breaker }, 'policy b: breaker from=closed to=open'],
  [{ layer: 'policy', event: SAMPLES.policy.coalesced }, 'policy p: coalesced key=k'],
  [{ layer: 'tree', event: SAMPLES.tree.restart }, 'tree s: restart child=c group=c,d'],
  [
    { layer: 'operation', event: SAMPLES.operation.repeat },
    'operation o: repeat path=a/b error.name=Error error.code=ECONNRESET error.message="reset by peer"',
  ],
  [
    { layer: 'session', event: { type: 'health-check', function: 'f', call: 5, outcome: 'healthy' } },
    'session f: health-check call=5 outcome=healthy',
  ],
])('an event is one line', (event, line) => expect(describeEvent(event)).toBe(line));

test.each(sampleEvents.map((entry) => [`${entry.layer} ${entry.event.type}`, entry] as const))(
  '%s has a line',
  (_, entry) => expect(describeEvent(entry)).toMatch(/^(policy|tree|session|operation) \S+: [a-z-]+( .+)?$/),
);

test('hostile names and messages stay within their line', () => {
  const line = describeEvent({
    layer: 'policy',
    event: {
      ...SAMPLES.policy.fallback,
      policy: 'a\nERROR all is lost',
      error: new Error('\u001b[2Jx\u202e"y"\u0085'),
    },
  });
  expect(line).toBe(
    String.raw`policy "a\nERROR all is lost": fallback run=7 attempt=2 error.name=Error error.message="\u001b[2Jx\u202e\"y\"\u0085"`,
  );
});

test('a text that is empty or has a space is in quotes', () => {
  const event = { ...SAMPLES.policy.coalesced, policy: '', key: 'a b' };
  expect(describeEvent({ layer: 'policy', event })).toBe('policy "": coalesced key="a b"');
});
