import { expect, test } from 'vitest';
import { memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { Operation, OperationReport } from './operation-port.ts';
import { begin, resumable } from './resumable.ts';

type Op = Operation<undefined, MemoryTx>;

class Portal {
  readonly log: string[] = [];
  fails = true;

  async gather(op: Op, year: number): Promise<string> {
    await op.step('login', async () => void this.log.push(`login ${year}`));
    if (this.fails) throw new Error('killed');
    return await op.step('read', async () => `read ${year}`);
  }
}

type Decorator = ReturnType<typeof resumable<undefined, MemoryTx, [number]>>;

/** As the syntax would: decorators are functions of the method and its context. */
function decorate(decorator: Decorator): Portal['gather'] {
  // eslint-disable-next-line typescript/unbound-method -- that is what a decorator is given
  const method = Portal.prototype.gather;
  return decorator(method, { kind: 'method', name: 'gather' } as never);
}

test('a decorated method resumes where it failed, by the key of its arguments', async () => {
  const ledger = memoryLedger();
  const reports: OperationReport<unknown>[] = [];
  const gather = decorate(
    resumable({
      name: (year) => `gather-${year}`,
      ledger,
      onReport: (report) => reports.push(report),
    }),
  );
  const portal = new Portal();
  await expect(gather.call(portal, begin, 2025)).rejects.toThrow('killed');
  portal.fails = false;
  expect(await gather.call(portal, begin, 2025)).toBe('read 2025');
  expect(await gather.call(portal, begin, 2026)).toBe('read 2026');
  expect(await gather.call(portal, begin, 2025)).toBe('read 2025');
  expect(portal.log).toEqual(['login 2025', 'login 2026']);
  expect(reports.map(({ stepsRun, stepsReplayed }) => [stepsRun, stepsReplayed])).toEqual([
    [1, 1],
    [2, 0],
    [0, 0],
  ]);
  expect((await ledger.runs()).map(({ key }) => key)).toEqual(['gather-2025', 'gather-2026']);
});

test('within another operation it is a part of that', async () => {
  const ledger = memoryLedger();
  const gather = decorate(resumable({ name: 'gather', ledger }));
  const portal = new Portal();
  portal.fails = false;
  const outer = resumable<undefined, MemoryTx, []>({ name: 'outer', ledger });
  const all = outer(
    async function (this: Portal, op: Op) {
      return await gather.call(this, op, 2026);
    },
    { kind: 'method', name: 'all' } as never,
  );
  expect(await all.call(portal, begin)).toBe('read 2026');
  expect((await ledger.runs()).map(({ key }) => key)).toEqual(['outer']);
});

test('a method that is not decorated tells it', async () => {
  await expect(new Portal().gather(begin, 1)).rejects.toThrow('not decorated with resumable()');
});
