import { InvalidOptionError } from '../errors.ts';

/** The path of what is called `name` within `scope`; the whole operation is the empty scope. */
export function pathOf(scope: string, name: string): string {
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError('name', 'must be text');
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
