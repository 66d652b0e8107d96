/** Works on several items at once and yields what came out in the order of the items. @throws what the work throws */
export async function* inOrder<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const started: Promise<R>[] = [];
  let running = 0;
  let free = Promise.withResolvers<void>();
  const begin = (item: T): Promise<R> => {
    running += 1;
    const result = work(item).finally(() => {
      running -= 1;
      free.resolve();
      free = Promise.withResolvers();
    });
    // Looked at when its turn comes; until then its failure is nobody's.
    result.catch(() => undefined);
    return result;
  };
  const feed = async (): Promise<void> => {
    for (const item of items) {
      while (running >= atOnce) await free.promise;
      started.push(begin(item));
    }
  };
  const fed = feed();
  for (let index = 0; index < items.length; index++) {
    while (started[index] === undefined) await Promise.race([free.promise, fed]);
    yield (await started[index]) as R;
  }
}
