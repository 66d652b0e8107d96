import { HoldfastError } from '../model/error.ts';
import { oneLine } from './escape.ts';

/**
 * Variables as a file for Node's `--env-file`, where the manager itself cannot set any (Task Scheduler). A quoted
 * value is taken literally by Node up to its quote, except `\n` between double ones, which are therefore not used.
 * @throws HoldfastError `ERR_SERVICE_TEXT` for a value that holds all the other quotes, or a line end
 */
export function envFile(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => {
    const quote = ["'", '`'].find((each) => !oneLine(value).includes(each));
    if (quote !== undefined) return `${name}=${quote}${value}${quote}`;
    throw new HoldfastError(
      'ERR_SERVICE_TEXT',
      `The value of ${name} cannot be written into a file for Node.`,
      {
        hint: `Unset ${name}, then install again.`,
      },
    );
  });
  return ['# Written by `holdfast service install`.', ...lines, ''].join('\n');
}
