import { HoldfastError } from '../model/error.ts';

/** What no definition of a service can hold, and what XML cannot: control characters, line ends among them. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/u;

/**
 * The text itself, when it can stand in a definition.
 * @throws HoldfastError `ERR_SERVICE_TEXT` for line ends, other control characters and broken characters
 */
export function oneLine(text: string): string {
  if (!CONTROL.test(text) && text.isWellFormed()) return text;
  throw new HoldfastError(
    'ERR_SERVICE_TEXT',
    `${JSON.stringify(text)} holds a line end or another control character, which no service definition can hold.`,
    { hint: 'Rename the folder or unset the variable, then install again.' },
  );
}

/** Text between two tags or quotes of XML. */
export function xmlText(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A path that is the rest of a line of a unit (systemd.unit(5), "Specifiers"): not quoted, `%` doubled. */
export function unitPath(text: string): string {
  if (oneLine(text).trim() === text && !text.endsWith('\\')) return text.replaceAll('%', '%%');
  throw new HoldfastError(
    'ERR_SERVICE_TEXT',
    `The folder ${JSON.stringify(text)} begins or ends with white space or ends with a backslash, which a unit cannot hold.`,
    { hint: 'Rename the folder, then install again.' },
  );
}

/**
 * The program of `ExecStart=`: the one word in which systemd allows no quotes and no backslashes, not even escaped.
 * @throws HoldfastError `ERR_SERVICE_TEXT` for a path with such
 */
export function unitProgram(path: string): string {
  if (!/["'\\]/.test(path)) return unitWord(path);
  throw new HoldfastError(
    'ERR_SERVICE_TEXT',
    `systemd starts no program whose path has quotes or backslashes: ${oneLine(path)}`,
    { hint: 'Rename that folder, or use a Node of the whole system (/usr/bin/node).' },
  );
}

/** A quoted word of a unit in which no variables are replaced: `Environment=` and the program of `ExecStart=`. */
export function unitWord(text: string): string {
  const escaped = oneLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
  return `"${escaped}"`;
}

/** A quoted argument of `ExecStart=` (systemd.service(5), "Command lines"): `$` is doubled as well. */
export function unitArgument(text: string): string {
  return unitWord(text).replaceAll('$', '$$$$');
}

/**
 * An argument of a Windows command line as programs split it (CommandLineToArgvW): quotes and the backslashes before
 * them are escaped. Task Scheduler replaces `%NAME%` and `$(Arg0)` before, and knows no way to say them literally.
 * @throws HoldfastError `ERR_SERVICE_TEXT` for such text
 */
export function windowsArgument(text: string): string {
  if (/%[^%]*%|\$\(/.test(oneLine(text))) {
    throw new HoldfastError(
      'ERR_SERVICE_TEXT',
      `${JSON.stringify(text)} holds %…% or $(, which Task Scheduler would replace.`,
      { hint: 'Rename the folder, then install again.' },
    );
  }
  if (text !== '' && !/[\s"]/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** A command as it would be typed into a shell, for people. */
export function shownCommand(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
