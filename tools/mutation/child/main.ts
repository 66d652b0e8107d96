import { TestRuns } from './test-runs.ts';
import type { FromChild, ToChild } from './protocol.ts';

/** Lives for many mutants: gets a plan, then runs one order after the other, until its parent goes or kills it. */
let runs: TestRuns | undefined;

process.on('message', (message: ToChild) => {
  void answer(message).then(tell, fail);
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent ends its children itself.
process.on('SIGINT', () => undefined);

async function answer(message: ToChild): Promise<FromChild> {
  if (message.type === 'plan') {
    runs = await TestRuns.open(message.plan);
    return { type: 'ready' };
  }
  if (runs === undefined) throw new Error('an order came before the plan');
  return { type: 'result', result: await runs.run(message.order) };
}

function tell(message: FromChild): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
