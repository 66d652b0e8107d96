import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Installation } from '../../product/installation.ts';
import { PRODUCT } from '../../product/run-command.ts';

/** What a service manager runs at boot, by the definition that `service install` would write. */
export interface BootCommand {
  readonly words: readonly string[];
  /** Where the definition came from, such as `systemd`. */
  readonly manager: string;
}

interface DryRun {
  readonly manager: string;
  readonly node: string;
  readonly script: string;
  readonly files: readonly { readonly content: string }[];
}

/**
 * Asks `service install --dry-run` for the command. The copy of Node and of the product that it names would only be
 * made by the installation, so the ones that are drilled stand for them.
 */
export async function bootCommand(product: Installation): Promise<BootCommand> {
  const { code, stdout, stderr } = await product.run('service', 'install', '--dry-run', '--json');
  if (stdout === '') throw new Error(`service install --dry-run ended with ${String(code)}: ${stderr}`);
  const { manager, node, script, files } = JSON.parse(stdout) as DryRun;
  const words = files.flatMap(({ content }) => wordsOf(content)).map((word) => here(word, node, script));
  if (!words.includes(here(script, node, script)))
    throw new Error(`the definition for ${manager} does not name ${script}`);
  return { words, manager };
}

/** Starts it as the manager would, with only the variables that a boot has. */
export function boot(product: Installation, { words }: BootCommand, stop: AbortSignal): ChildProcess {
  const [program = '', ...args] = words;
  const kept = ['PATH', 'HOME', 'SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.includes(name)));
  return spawn(program, args, {
    cwd: product.folder,
    env: { ...env, HOLDFAST_STATE_DIR: join(product.folder, 'state') },
    stdio: 'ignore',
    signal: stop,
    killSignal: 'SIGKILL',
  }).on('error', () => undefined);
}

function here(word: string, node: string, script: string): string {
  if (word === node) return process.execPath;
  return word === script ? join(PRODUCT, 'dist', 'daemon', 'supervise.cjs') : word;
}

/** The command in a unit of systemd, a property list of launchd, or a task of Windows. */
function wordsOf(content: string): readonly string[] {
  const unit = /^ExecStart=(.*)$/m.exec(content)?.[1];
  if (unit !== undefined)
    return [...unit.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
      word.replaceAll(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'),
    );
  const list = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(content)?.[1];
  if (list !== undefined)
    return [...list.matchAll(/<string>([\s\S]*?)<\/string>/g)].map(([, word = '']) => plain(word));
  const command = /<Command>([\s\S]*?)<\/Command>/.exec(content)?.[1];
  const given = /<Arguments>([\s\S]*?)<\/Arguments>/.exec(content)?.[1];
  if (command === undefined) return [];
  const words = [...plain(given ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  return [plain(command), ...words];
}

function plain(xml: string): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
