/** What one try showed. */
export interface Seen {
  readonly passes: boolean;
  /** What was counted, in a few words. */
  readonly seen: string;
}

/** One defect, and how it is looked for in this product and in peers. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** By name; `holdfast` is always there. Each runs in a process of its own. */
  readonly checks: Readonly<Record<string, () => Promise<Seen>>>;
}

/** Real milliseconds: peers cannot be given another clock. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How a promise ended and after how many real milliseconds. */
export async function ended(
  promise: Promise<unknown>,
): Promise<{ readonly ms: number; readonly value?: unknown; readonly error?: unknown }> {
  const start = performance.now();
  try {
    const value = await promise;
    return { ms: performance.now() - start, value };
  } catch (error) {
    return { ms: performance.now() - start, error };
  }
}

/** A connection reset as Node gives it. */
export const resetError = (): Error =>
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });

/** An action that always fails so, and counts. */
export function failing(error: () => unknown = resetError): { (): Promise<never>; calls: number } {
  const action = async (): Promise<never> => {
    action.calls += 1;
    throw error();
  };
  action.calls = 0;
  return action;
}
