import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { RESET, setup, watch } from '../testing/policy-setup.ts';
import { attemptContext, methodDecorator } from './method.ts';
import type { AnyMethod, PolicyRun } from './method.ts';

const runOnce: PolicyRun = async (fn) =>
  await fn({ signal: new AbortController().signal, attempt: 1, progress: () => {} });

/** The context that a class gives to a decorator of one of its methods. */
function placed<This, A extends unknown[], R>(
  method: AnyMethod<This, A, R>,
): ClassMethodDecoratorContext<This, AnyMethod<This, A, R>> {
  return {
    kind: 'method',
    name: method.name,
    static: false,
    private: false,
    access: { has: () => true, get: () => method },
    addInitializer: () => {},
    metadata: {},
  };
}

describe('a decorated method', () => {
  test('keeps `this`, arguments, result, name and length', async () => {
    async function read(this: { rows: number }, add: number, times = 1): Promise<number> {
      return (this.rows + add) * times;
    }
    const decorated = methodDecorator(runOnce)(read, placed(read));
    const portal = { rows: 3, read: decorated };
    expect(await portal.read(4)).toBe(7);
    expect(await portal.read(4, 2)).toBe(14);
    expect([decorated.name, decorated.length]).toEqual(['read', 1]);
    // As those of any function, they may be changed.
    for (const key of ['name', 'length']) {
      expect(Object.getOwnPropertyDescriptor(decorated, key)).toMatchObject({
        configurable: true,
        enumerable: false,
        writable: false,
      });
    }
  });

  test('that gives a plain value gives a promise of it, and one that throws rejects', async () => {
    const error = new Error('sync');
    const add = (a: number, b: number): number => a + b;
    const fail = (): never => {
      throw error;
    };
    const sum: Promise<number> = methodDecorator(runOnce)(add, placed(add))(1, 2);
    expect(sum).toBeInstanceOf(Promise);
    expect(await sum).toBe(3);
    await expect(methodDecorator(runOnce)(fail, placed(fail))()).rejects.toBe(error);
  });

  test('is repeated by the policy, with the same `this` and arguments', async () => {
    const { clock, policy } = setup();
    const portal = { calls: [] as unknown[] };
    async function read(this: typeof portal, page: number): Promise<string> {
      this.calls.push([page, attemptContext()?.attempt]);
      if (this.calls.length < 3) throw RESET();
      return `page ${page}`;
    }
    const decorated = methodDecorator((fn) => policy.run(fn))(read, placed(read));
    const run = watch(decorated.call(portal, 7));
    await clock.advance(10_000);
    expect(run.value).toBe('page 7');
    expect(portal.calls).toEqual([
      [7, 1],
      [7, 2],
      [7, 3],
    ]);
  });
});

describe('attemptContext', () => {
  test('gives signal, number and progress of the attempt, also to what the method awaits', async () => {
    const { clock, policy } = setup({ stall: '1m', attemptTimeout: '3m', retry: {} });
    const seen: unknown[] = [];
    const work = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(50_000);
        const context = attemptContext();
        seen.push([context?.attempt, context?.signal.aborted]);
        context?.progress();
      }
    };
    const read = async (): Promise<void> => await work();
    const run = watch(methodDecorator((fn) => policy.run(fn))(read, placed(read))());
    await clock.advance(180_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    expect(seen).toEqual([
      [1, false],
      [1, false],
      [1, false],
    ]);
    await clock.advance(50_000);
    expect(seen.at(-1)).toEqual([1, true]);
  });

  test('is of the innermost method, and of the outer one again afterwards', async () => {
    const numbered =
      (attempt: number): PolicyRun =>
      async (fn) =>
        await fn({ signal: new AbortController().signal, attempt, progress: () => {} });
    const inner = (): number | undefined => attemptContext()?.attempt;
    const innerDecorated = methodDecorator(numbered(20))(inner, placed(inner));
    const outer = async (): Promise<unknown[]> => {
      const before = attemptContext()?.attempt;
      const within = await innerDecorated();
      return [before, within, attemptContext()?.attempt];
    };
    expect(await methodDecorator(numbered(10))(outer, placed(outer))()).toEqual([10, 20, 10]);
  });

  test('is undefined outside, and inside of a run that is not of a method', async () => {
    expect(attemptContext()).toBeUndefined();
    expect(await setup({ clock: new VirtualClock() }).policy.run(() => attemptContext())).toBeUndefined();
  });
});

describe('anything but a method', () => {
  const decorate = methodDecorator(runOnce) as unknown as (...args: unknown[]) => unknown;
  test.each(['class', 'field', 'getter', 'setter', 'accessor'])('a %s is refused', (kind) => {
    expect(() => decorate(() => {}, { kind, name: 'x' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', field: 'decorator' }),
    );
  });

  test('so is a method without a function, and the decorators of old', () => {
    const refused = expect.objectContaining({ code: 'ERR_INVALID_OPTION', field: 'decorator' });
    expect(() => decorate(undefined, { kind: 'method' })).toThrow(refused);
    expect(() => decorate({}, 'read', { value: () => {} })).toThrow(refused);
    expect(() => decorate(() => {})).toThrow(refused);
    expect(() => decorate(() => {}, null)).toThrow(refused);
  });
});
