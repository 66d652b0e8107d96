import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OPERATORS } from './operators/index.ts';

/** What `npm run mutation` was asked for. */
export interface Options {
  readonly root: string;
  readonly folders: readonly string[];
  readonly only: string;
  readonly sample: number | undefined;
  readonly seed: number;
  readonly jobs: number;
  readonly limitMs: number;
  readonly operators: readonly string[];
  readonly json: string | undefined;
  readonly known: string;
}

const FOLDERS = ['policy', 'clock', 'tree'].map((name) => `packages/resilience/src/${name}`);

/**
 * Reads the arguments; see main.ts.
 * @throws Error naming the argument that cannot be.
 */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      root: { type: 'string' },
      only: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: String(Math.min(availableParallelism(), 8)) },
      limit: { type: 'string', default: '5000' },
      operators: { type: 'string' },
      json: { type: 'string' },
      known: { type: 'string', default: join(import.meta.dirname, 'survivors.json') },
    },
  });
  const operators = values.operators?.split(',') ?? Object.keys(OPERATORS);
  const unknown = operators.find((name) => OPERATORS[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`--operators: ${unknown} is none of ${Object.keys(OPERATORS).join(', ')}`);
  }
  return {
    root: resolve(values.root ?? join(import.meta.dirname, '../..')),
    folders: positionals.length === 0 ? FOLDERS : positionals,
    only: values.only,
    sample: values.sample === undefined ? undefined : wholeNumber('--sample', values.sample, 1),
    seed: wholeNumber('--seed', values.seed, 0),
    jobs: wholeNumber('--jobs', values.jobs, 1),
    limitMs: wholeNumber('--limit', values.limit, 1),
    operators,
    json: values.json,
    known: resolve(values.known),
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new Error(`${name}: ${text} is no whole number from ${least} on`);
}
