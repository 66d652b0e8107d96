import type { OriginState } from './browser-snapshot.ts';

/** The origin of a page that can have storage; undefined for `about:blank`, `data:` and the like. */
export function webOrigin(url: string): string | undefined {
  if (!/^https?:/i.test(url)) return undefined;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** What is known of each origin, the later news last. What the news do not mention (databases) stays as it was. */
export function mergeOrigins(
  known: readonly OriginState[],
  news: readonly OriginState[],
): readonly OriginState[] {
  const merged = new Map<string, OriginState>();
  for (const state of [...known, ...news]) {
    merged.set(state.origin, { ...merged.get(state.origin), ...state });
  }
  return [...merged.values()];
}
