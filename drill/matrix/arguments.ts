import { parseArgs } from 'node:util';
import { kinds, type Kind } from '../upstream/simulator.ts';

/** What the command line asks for. */
export interface MatrixArguments {
  readonly only: readonly string[];
  readonly kind: Kind;
  readonly seed: number;
  readonly json: boolean;
  readonly list: boolean;
}

export const usage = `The fault matrix: what is kept of a simulated upstream's list when something goes wrong.

  --only TEXT    rows whose name contains TEXT or whose group is TEXT; may be repeated
  --kind K       upstream of the rows that any kind can play: ${kinds.join(', ')} (oai-pmh)
  --seed N       decides every record (1)
  --json         one array of rows instead of the table
  --list         names of the rows

Exit codes: 0 all valid, 5 a row is invalid, 4 a row is unknown (its fault did not fire), 2 usage, 1 unexpected.
`;

/** Reads the command line. @throws Error with a sentence when it is not understood */
export function readArguments(args: readonly string[]): MatrixArguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      kind: { type: 'string', default: 'oai-pmh' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const kind = kinds.find((name) => name === values.kind);
  if (kind === undefined) throw new Error(`there is no kind ${values.kind}; known: ${kinds.join(', ')}`);
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error('--seed must be a whole number');
  const { only, json, list } = values;
  return { only, kind, seed: Number(values.seed), json, list };
}
