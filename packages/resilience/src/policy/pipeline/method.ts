import { AsyncLocalStorage } from 'node:async_hooks';
import { InvalidOptionError } from '../../errors.ts';
import type { AttemptContext, AttemptFunction } from './attempt.ts';

/** A method as a decorator of a policy sees it. */
export type AnyMethod<This, A extends unknown[], R> = (this: This, ...args: A) => R;

/**
 * A decorator for methods, as TC39 and TypeScript 5 have them (not `experimentalDecorators`). The method gives a promise
 * afterwards, so one that gives plain values has to be declared as giving `T | Promise<T>`.
 */
export type PolicyMethodDecorator = <This, A extends unknown[], R>(
  method: AnyMethod<This, A, R>,
  context: ClassMethodDecoratorContext<This, AnyMethod<This, A, R>>,
) => AnyMethod<This, A, Promise<Awaited<R>>>;

/** What `Policy.run` does. */
export type PolicyRun = <T>(fn: AttemptFunction<T>) => Promise<T>;

const contexts = new AsyncLocalStorage<AttemptContext>();

/**
 * The attempt in which a decorated method runs, the innermost one: its signal, number and progress. Also what the method
 * awaits can ask. Undefined outside of decorated methods.
 */
export function attemptContext(): AttemptContext | undefined {
  return contexts.getStore();
}

/** A decorator whose methods run under a policy at every call, with `this`, arguments and name kept. */
export function methodDecorator(run: PolicyRun): PolicyMethodDecorator {
  return <This, A extends unknown[], R>(
    method: AnyMethod<This, A, R>,
    context: ClassMethodDecoratorContext<This, AnyMethod<This, A, R>>,
  ): AnyMethod<This, A, Promise<Awaited<R>>> => {
    checkPlace(method, context);
    const decorated = function (this: This, ...args: A): Promise<Awaited<R>> {
      return run<Awaited<R>>(
        (attempt) =>
          contexts.run(attempt, () => method.apply(this, args)) as Promise<Awaited<R>> | Awaited<R>,
      );
    };
    return Object.defineProperties(decorated, {
      name: { value: method.name, configurable: true },
      length: { value: method.length, configurable: true },
    });
  };
}

/** @throws InvalidOptionError unless it is a method, decorated as TC39 says. */
function checkPlace(method: unknown, context: unknown): void {
  const { kind } = Object(context) as { readonly kind?: unknown };
  if (kind === 'method' && typeof method === 'function') return;
  throw new InvalidOptionError(
    'decorator',
    'must stand on a method, without `experimentalDecorators` in the compiler options',
  );
}
