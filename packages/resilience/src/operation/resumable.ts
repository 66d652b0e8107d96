import { notify } from '../clock/notify.ts';
import type { JsonValue } from '../state/state-store.ts';
import { OperationMisuseError } from './operation-error.ts';
import type { Operation, OperationOptions, OperationReport } from './operation-port.ts';
import { runOperation } from './operation.ts';

/** How a method becomes an operation. */
export interface ResumableOptions<V, Tx, A extends readonly unknown[]> extends Omit<
  OperationOptions<V, Tx>,
  'dryRun' | 'maxItems'
> {
  /** The key, or what makes it from the arguments: other arguments are then another operation. */
  readonly name: string | ((...args: A) => string);
  /** Told how each run went. */
  readonly onReport?: (report: OperationReport<JsonValue | void>) => void;
}

/** A method that works with an operation. */
export type OperationMethod<This, V, Tx, A extends readonly unknown[], T> = (
  this: This,
  operation: Operation<V, Tx>,
  ...args: A
) => Promise<T>;

/**
 * A method decorator (TC39): a call with `begin` as its operation begins or resumes an operation of its own and gives
 * the method's result, also that of an earlier run. A call with the operation of another method runs within that.
 *
 * ```ts
 * class Portal {
 *   \@resumable({ name: (year: number) => `gather-${year}`, ledger, session })
 *   async gather(op: Operation<Page, SqliteTx>, year: number): Promise<number> { … }
 * }
 * await portal.gather(begin, 2026);
 * ```
 */
export function resumable<V, Tx, A extends readonly unknown[]>(
  options: ResumableOptions<V, Tx, A>,
): <This, T extends JsonValue | void>(
  method: OperationMethod<This, V, Tx, A, T>,
  context: ClassMethodDecoratorContext,
) => OperationMethod<This, V, Tx, A, T> {
  const { name, onReport, ...rest } = options;
  return (method) =>
    async function resumed(this, given, ...args) {
      if (given !== begin) return await method.call(this, given, ...args);
      const key = typeof name === 'string' ? name : name(...args);
      const report = await runOperation(key, rest, (own: Operation<V, Tx>) =>
        method.call(this, own, ...args),
      );
      if (onReport !== undefined) notify(onReport, report);
      return report.value as Awaited<ReturnType<typeof method>>;
    };
}

const unbegun = (): never => {
  throw new OperationMisuseError(
    'ERR_OPERATION_OVER',
    'A method was called with `begin` that is not decorated with resumable().',
  );
};

/** Given to a method that is `resumable`, instead of an operation: it begins or resumes its own. */
export const begin: Operation<never, never> = {
  get key(): string {
    return unbegun();
  },
  get signal(): AbortSignal {
    return unbegun();
  },
  get dryRun(): boolean {
    return unbegun();
  },
  step: unbegun,
  range: unbegun,
  each: unbegun,
  commit: unbegun,
  effect: unbegun,
};
