import { mix } from '../random.ts';

/** Where a list stands: after the row with this second and number. */
export interface Held {
  readonly verb: string;
  readonly prefix: string;
  readonly from: string;
  readonly until: string;
  readonly set: string;
  readonly second: number;
  readonly row: number;
  /** Records before this page. */
  readonly cursor: number;
  readonly total: number;
  /** Milliseconds; the token is refused from then on. */
  readonly expires: number;
}

/** An opaque token that needs no memory in the server, so that a restarted server knows it. */
export function encodeToken(held: Held, seed: number): string {
  const text = Buffer.from(JSON.stringify(Object.values(held))).toString('base64url');
  return `${text}!${check(text, seed)}`;
}

/** The contents of a token, undefined for one that this server did not give. */
export function decodeToken(token: string, seed: number): Held | undefined {
  const [text = '', sum] = token.split('!');
  if (text === '' || sum !== check(text, seed)) return undefined;
  const [verb, prefix, from, until, set, second, row, cursor, total, expires] = JSON.parse(
    Buffer.from(text, 'base64url').toString(),
  ) as [string, string, string, string, string, number, number, number, number, number];
  return { verb, prefix, from, until, set, second, row, cursor, total, expires };
}

function check(text: string, seed: number): string {
  let sum = seed;
  for (let i = 0; i < text.length; i += 1) sum = mix(sum, text.charCodeAt(i));
  return sum.toString(36);
}
