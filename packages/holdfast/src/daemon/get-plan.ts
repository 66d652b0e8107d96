import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { nodeProgram } from './node-program.ts';
import { parsePlan, type Plan, readPlan } from './plan.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/holdfast.js');

/**
 * Has the command line make the plan, in a process that is gone afterwards: the schemas of the configuration are
 * too large for a supervisor. With `--plan FILE` the plan is read from there instead.
 * @throws HoldfastError with the code, sentence and hint of the command line when the configuration is refused.
 */
export async function getPlan(flags: readonly string[], launcher = LAUNCHER): Promise<Plan> {
  const [first, file] = flags;
  if (first === '--plan' && file !== undefined) return readPlan(file);
  return parsePlan(await printed([launcher, 'plan', ...flags]));
}

/** What the command line prints. @throws HoldfastError when it ends otherwise than with 0. */
function printed(words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(nodeProgram(), words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // First of all: one that could not be started has no output to listen to.
    child.on('error', reject);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(refusal(code, err));
    });
  });
}

/** The command line has told why in sentences for people; its exit code says what kind of reason it was. */
function refusal(code: number | null, told: string): HoldfastError {
  const sentences = told.trim().replace(/^holdfast: /gm, '');
  const kinds: Readonly<Record<number, string>> = { 2: 'ERR_USAGE', 78: 'ERR_CONFIG_INVALID' };
  return new HoldfastError(
    kinds[code ?? -1] ?? 'ERR_PLAN',
    sentences === '' ? `The plan could not be made (exit code ${code}).` : sentences,
  );
}
