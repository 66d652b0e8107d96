import type { Exchange, Ledger } from './ledger.ts';

/** A list that was walked: a first request and those that followed its tokens. */
export interface ListWalk {
  readonly verb: string;
  readonly prefix: string;
  /** First and last day asked for. */
  readonly from: string;
  readonly until: string;
  readonly exchanges: readonly Exchange[];
  readonly urls: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
}

const LAST_DAY = '9999-12-31';

/** The walks of an OAI-PMH ledger in their order. One request is under way at a time, so a token belongs to the walk before it. */
export function walksOf(ledger: Ledger): readonly ListWalk[] {
  const groups: Exchange[][] = [];
  for (const exchange of ledger.exchanges) {
    const { verb, params } = exchange.request;
    if (!verb.startsWith('List')) continue;
    const last = groups.at(-1);
    if (params['resumptionToken'] === undefined || last === undefined) groups.push([exchange]);
    else last.push(exchange);
  }
  return groups.map((exchanges) => {
    const [first] = exchanges;
    const params = first?.request.params ?? {};
    return {
      verb: first?.request.verb ?? '',
      prefix: params['metadataPrefix'] ?? '',
      from: (params['from'] ?? '').slice(0, 10),
      until: (params['until'] ?? LAST_DAY).slice(0, 10),
      exchanges,
      urls: new Set(exchanges.map(({ request }) => request.url)),
      ids: new Set(exchanges.flatMap(({ response }) => response?.served ?? [])),
    };
  });
}

/** Walks that ask for days for which no walk of the same verb and prefix has asked before. */
export function firstLooks(walks: readonly ListWalk[]): readonly ListWalk[] {
  return walks.filter(
    (walk, index) =>
      !walks
        .slice(0, index)
        .some(
          ({ verb, prefix, from, until }) =>
            verb === walk.verb && prefix === walk.prefix && from <= walk.from && walk.from <= until,
        ),
  );
}
