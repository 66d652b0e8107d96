import { createHash } from 'node:crypto';

/** The id of an effect: the same in every run of its operation, another one after that was forgotten. */
export function effectIdOf(identity: string, path: string): string {
  return createHash('sha256').update(`${identity}\n${path}`).digest('hex').slice(0, 32);
}
