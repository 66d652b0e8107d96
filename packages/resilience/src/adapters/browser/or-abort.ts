/**
 * What `work` gives, or `signal.reason` as soon as the signal aborts: most calls of a driver cannot be cancelled. What
 * `work` still gives afterwards goes to `late`, to be disposed of; what it still throws is nobody's business any more.
 */
export async function orAbort<T>(
  signal: AbortSignal,
  work: Promise<T>,
  late: (value: T) => unknown = () => undefined,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } catch (error) {
    if (signal.aborted) {
      void work.then(late).catch(() => {
        // It was given up: see above.
      });
    }
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
