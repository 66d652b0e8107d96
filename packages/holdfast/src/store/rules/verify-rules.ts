import { HASH_VERSION, hashPaper } from '../../model/hash.ts';
import type { StoredPaper } from '../../model/paper.ts';
import { LANES, windowKey } from '../../model/window.ts';
import type { Window } from '../../model/window.ts';
import type { IntegrityFinding } from '../port.ts';

/** What is wrong with a stored paper: its hash is computed again from its fields. */
export function paperProblem({ source, fields, hash, hashVersion }: StoredPaper): IntegrityFinding | null {
  const key = `${source}/${fields.id}${fields.version === null ? '' : `v${fields.version}`}`;
  if (hashVersion !== HASH_VERSION) return null;
  const found = hashPaper(fields);
  return found === hash
    ? null
    : { what: 'paper', key, problem: `its content has the hash ${found}, but ${hash} is stored` };
}

/** What is wrong with a window by itself. */
export function windowProblem(window: Window): IntegrityFinding | null {
  const problem = problemOf(window);
  return problem === null ? null : { what: 'window', key: window.key, problem };
}

const STATES: readonly string[] = ['OPEN', 'FETCHING', 'SEALED', 'VERIFIED', 'GAP'];

function problemOf(window: Window): string | null {
  if (window.key !== windowKey(window.source, window.stream, window))
    return 'its key does not name its range';
  if (!STATES.includes(window.state)) return `it has the unknown state ${window.state}`;
  if (!(LANES as readonly string[]).includes(window.lane)) return `it is in the unknown lane ${window.lane}`;
  if (window.to !== null && window.to <= window.from) return 'its range is empty';
  const sealed = window.state === 'SEALED' || window.state === 'VERIFIED';
  if (window.to === null && sealed) return 'it has no end and is sealed all the same';
  return null;
}
