import { mix } from '../random.ts';

/** arXiv's token: a urlencoded list, percent-encoded as a whole. The order of the keys varies. */
export function encodeToken(held: Readonly<Record<string, string>>, seed: number): string {
  const keys = Object.keys(held);
  const turn = mix(seed, Number(held['skip'] ?? 0), keys.length) % keys.length;
  const turned = [...keys.slice(turn), ...keys.slice(0, turn)];
  return encodeURIComponent(new URLSearchParams(turned.map((key) => [key, held[key] ?? ''])).toString());
}

/** The contents of a token, undefined when it cannot be decoded. */
export function decodeToken(token: string): Readonly<Record<string, string>> | undefined {
  let list: string;
  try {
    list = decodeURIComponent(token);
  } catch {
    // A stray percent sign: to the server such a token is simply not one of its own.
    return undefined;
  }
  const pairs = [...new URLSearchParams(list)];
  if (pairs.length < 2 || pairs.some(([, value]) => value === '')) return undefined;
  const held = Object.fromEntries(pairs);
  return Object.keys(held).length === pairs.length ? held : undefined;
}
