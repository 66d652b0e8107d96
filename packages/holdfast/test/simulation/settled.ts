/**
 * Resolves when every promise that is ready has settled: what a promise leaves for `nextTick` is taken once no promise
 * has anything to do. That is several times as fast as a turn of the event loop, of which a history would need
 * hundreds; no real input or output goes on meanwhile, and there is none.
 */
export async function settled(): Promise<void> {
  // From within a tick the next one would come before the promises.
  await Promise.resolve();
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
}
