import { expect } from 'vitest';
import { memoryLedger } from '../memory-ledger.ts';
import type { MemoryLedger } from '../memory-ledger.ts';
import type { MemoryTx } from '../memory-tables.ts';
import type { OperationEvent } from '../operation-event.ts';
import type { EffectOptions, EffectOutcome, Operation, OperationReport } from '../operation-port.ts';
import { operation } from '../operation.ts';
import { fakeSession } from './fake-session.ts';
import type { FakePage } from './fake-session.ts';

export type Op = Operation<FakePage, MemoryTx>;
export type Act = Parameters<Op['effect']>[1];

/** The outside world: what was sent, by the id of its effect. */
export class World {
  readonly sent: string[] = [];
  readonly verify = async (
    _: unknown,
    { effectId }: { readonly effectId: string },
  ): Promise<{ happened: boolean }> => ({
    happened: this.sent.includes(effectId),
  });
}

export const refused = (): Error =>
  Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
export const reset = (): Error => Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' });

export interface Run {
  readonly report: OperationReport<void>;
  readonly outcome: EffectOutcome<unknown> | undefined;
  readonly how: readonly string[];
}

export async function run(
  ledger: MemoryLedger,
  act: Act,
  options: EffectOptions<FakePage, unknown> = {},
): Promise<Run> {
  const how: string[] = [];
  let outcome: EffectOutcome<unknown> | undefined;
  const onEvent = (event: OperationEvent): void => {
    if (event.type === 'effect') how.push(event.how);
  };
  const report = await operation('a', { ledger, session: fakeSession(), onEvent }, async (op) => {
    outcome = await op.effect('send', act, options as never);
  });
  return { report, outcome, how };
}

export const stateOf = async (ledger: MemoryLedger): Promise<string | undefined> =>
  (await ledger.entries('a')).find(({ path }) => path === 'send')?.state;

/** A ledger in which a run of the effect ended in the middle: `happened` or not. */
export async function interrupted(world: World, happened: boolean): Promise<MemoryLedger> {
  const ledger = memoryLedger();
  const stop = new AbortController();
  const session = fakeSession();
  const running = operation('a', { ledger, session, signal: stop.signal }, async (op) => {
    await op.effect('send', async (_, { effectId }) => {
      if (happened) world.sent.push(effectId);
      stop.abort(new Error('killed'));
      await new Promise<void>(() => {});
    });
  });
  await expect(running).rejects.toThrow('killed');
  expect(await stateOf(ledger)).toBe('intent');
  return ledger;
}
