import { setTimeout as pause } from 'node:timers/promises';
import { acknowledgedKept } from '../../checker/invariants.ts';
import { check, type Check } from '../../fault.ts';
import type { Background } from '../../product/background.ts';

/** A second installation of the same upstreams that is stopped, verified and started again and again. */
export interface Restarts {
  count: number;
  readonly wrong: Check[];
}

/** Goes on until `signal`. Each stop is followed by `verify`; all that was there before has to be there after. */
export async function stopVerifyStart(
  background: Background,
  everyMs: number,
  signal: AbortSignal,
): Promise<Restarts> {
  const restarts: Restarts = { count: 0, wrong: [] };
  const { product } = background;
  let before = await product.papers('--all-versions');
  for (;;) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return restarts;
    const stopped = await background.stop();
    const verified = await product.run('verify');
    const papers = await product.papers('--all-versions');
    const checks = [
      check('`stop` ends with 0', stopped === 0, `exit ${String(stopped)}`),
      check('`verify` after a stop ends with 0', verified.code === 0, verified.stdout, 'I3'),
      acknowledgedKept(before, papers),
    ];
    restarts.wrong.push(...checks.filter(({ ok }) => !ok));
    restarts.count += 1;
    before = papers;
    await background.start();
  }
}
