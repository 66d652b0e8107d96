import { HoldfastError } from '../../../model/error.ts';

/** The value of a variable that the configuration names; null when it names none. @throws `ERR_ALERT_SECRET` when it is not set. */
export function fromEnv(
  name: string | null,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (name === null) return null;
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new HoldfastError('ERR_ALERT_SECRET', `The environment variable ${name} is not set.`, {
    hint: `Set ${name} where Holdfast is started (for a service: in its environment), or take it out of the configuration.`,
  });
}
