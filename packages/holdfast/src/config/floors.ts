import { isLoopback } from './loopback.ts';

/** A published smallest interval between two requests, in ms. */
interface Floor {
  readonly kind: string;
  /** The host and its subdomains, for a source of another kind that points there. */
  readonly host: string;
  readonly ms: number;
}

/** arXiv asks for three seconds between requests in its terms of use of the API and of OAI-PMH; others publish none. */
const FLOORS: readonly Floor[] = [{ kind: 'arxiv', host: 'arxiv.org', ms: 3_000 }];

/** The smallest `minIntervalMs` that the source may have; 0 when its upstream has published none. */
export function publishedFloor(source: {
  readonly kind: string;
  readonly baseUrl?: string | undefined;
}): number {
  const { kind, baseUrl } = source;
  if (baseUrl !== undefined && isLoopback(baseUrl)) return 0;
  const host = baseUrl !== undefined && URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  const floor = FLOORS.find(
    (each) => each.kind === kind || host === each.host || host.endsWith(`.${each.host}`),
  );
  return floor?.ms ?? 0;
}
