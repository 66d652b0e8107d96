import { InvalidOptionError } from '../../errors.ts';

/** An async method. */
export type AsyncMethod<This, A extends unknown[], T> = (this: This, ...args: A) => Promise<T>;

/** A decorator for async methods, as TC39 and TypeScript 5 have them (not `experimentalDecorators`). */
export type MethodDecorator<Instance extends object> = <This extends Instance, A extends unknown[], T>(
  method: AsyncMethod<This, A, T>,
  context: ClassMethodDecoratorContext<This, AsyncMethod<This, A, T>>,
) => AsyncMethod<This, A, T>;

/** Options, or how to make them for an instance, such as from its session. */
export type InstanceOptions<Instance extends object, O> = O | ((instance: Instance) => O);

/** Wraps a method once per instance, so that instances do not share counters. Static methods count by their class. */
export function perInstance<Instance extends object, O>(
  options: InstanceOptions<Instance, O>,
  wrap: <This extends Instance, A extends unknown[], T>(
    method: AsyncMethod<This, A, T>,
    options: O,
    name: string,
  ) => AsyncMethod<This, A, T>,
): MethodDecorator<Instance> {
  return (method, context) => {
    if (typeof context !== 'object' || context.kind !== 'method') {
      throw new InvalidOptionError(
        'decorator',
        'must stand on a method, without `experimentalDecorators` in the compiler options',
      );
    }
    const wrapped = new WeakMap<object, typeof method>();
    return function (...args) {
      let own = wrapped.get(this);
      if (own === undefined) {
        const chosen = typeof options === 'function' ? (options as (instance: Instance) => O)(this) : options;
        own = wrap(method, chosen, String(context.name));
        wrapped.set(this, own);
      }
      return own.apply(this, args);
    };
  };
}
