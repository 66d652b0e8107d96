import type { Clock, VirtualClock } from '../../../clock/index.ts';
import { breaker } from '../breaker.ts';
import type { Breaker, Permit } from '../breaker.ts';
import type { Outcome } from '../breaker-state.ts';

/** A breaker of three failures, open for 1 s to 10 s without jitter. */
export function build(clock: Clock, extra: object = {}): Breaker {
  return breaker({
    name: 'b',
    failures: 3,
    openMs: 1_000,
    maxOpenMs: 10_000,
    clock,
    random: { next: () => 0 },
    ...extra,
  });
}

/** One call with this outcome; it may be refused. */
export async function report(circuit: Breaker, outcome: Outcome, ms?: number): Promise<Permit> {
  const permit = await circuit.permitted();
  await circuit.record(outcome, permit, ms);
  return permit;
}

/** Three failures. */
export async function trip(circuit: Breaker): Promise<void> {
  for (let i = 0; i < 3; i += 1) await report(circuit, 'failure');
}

/** A circuit that is half open with one probe under way. */
export async function probing(clock: VirtualClock, extra: object = {}): Promise<[Breaker, Permit]> {
  const circuit = build(clock, extra);
  await trip(circuit);
  await clock.advance(1_000);
  return [circuit, await circuit.permitted()];
}
