import { InvalidOptionError } from '../errors.ts';

/**
 * The path of what is called `name` within `scope`; the whole operation is the empty scope.
 * @param field what an error calls it.
 */
export function pathOf(scope: string, name: string, field = 'name'): string {
  assertText(name, field);
  const segment = name.replaceAll('%', '%25').replaceAll('/', '%2F');
  return scope === '' ? segment : `${scope}/${segment}`;
}

/** The scope in which a path lies. */
export function scopeOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The name at the end of a path, as it was given. */
export function nameOf(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replaceAll('%2F', '/')
    .replaceAll('%25', '%');
}

/** The paths around a path, from the inside out, without itself. */
export function around(path: string): readonly string[] {
  const paths: string[] = [];
  for (let scope = scopeOf(path); scope !== ''; scope = scopeOf(scope)) paths.push(scope);
  return paths;
}

/**
 * Asserts that text can be found again: half of a character (of an emoji that was cut) becomes another one where it
 * is stored, and what was done under it would be done again.
 * @throws InvalidOptionError
 */
export function assertText(text: unknown, field: string): void {
  if (typeof text !== 'string' || text === '') throw new InvalidOptionError(field, 'must be text');
  if (!text.isWellFormed()) {
    throw new InvalidOptionError(field, `must be whole characters, which ${JSON.stringify(text)} is not`);
  }
}
