import type { DrillEvent } from '../../checker/events.ts';
import type { Ledger } from '../../upstream/ledger.ts';

/**
 * The identifiers whose commit the product has told of: those that the answer before each commit listed.
 * A commit that wrote less than its answer held is left out, since nobody could say which.
 */
export function acknowledged(told: readonly DrillEvent[], ledger: Ledger): ReadonlySet<string> {
  const answers = new Map(
    ledger.exchanges.flatMap(({ request, response }) =>
      request.verb === 'ListRecords' && response?.served !== undefined
        ? [[request.url, response.served]]
        : [],
    ),
  );
  const ids = new Set<string>();
  let served: readonly string[] = [];
  for (const event of told) {
    if (event.kind === 'request') served = answers.get(pathOf(event.url ?? '')) ?? [];
    if (event.kind !== 'commit') continue;
    const { inserted = 0, updated = 0, unchanged = 0, restamped = 0 } = event;
    if (inserted + updated + unchanged + restamped === served.length) for (const id of served) ids.add(id);
  }
  return ids;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
