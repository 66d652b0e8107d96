import { isDay } from '../model/day.ts';
import { HoldfastError } from '../model/error.ts';
import { digestOf, PROOF_FORMAT, PROOF_VERSION } from './proof.ts';
import type { Proof } from './proof.ts';

type Check = (value: unknown, path: string) => void;

/**
 * Reads a proof file.
 * @throws HoldfastError `ERR_USAGE_PROOF`, naming the field: it is cut, was edited, or is something else
 */
export function readProof(text: string): Proof {
  const value = parse(text);
  // What is another file altogether, or another version, is said before its fields are judged.
  object({ format: is(PROOF_FORMAT), formatVersion: is(PROOF_VERSION) })(value, '');
  proof(value, '');
  const { digest, ...body } = value as Proof;
  if (digestOf(body) !== digest)
    throw wrong('digest', 'does not fit the rest of the file, which was changed');
  return value as Proof;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HoldfastError('ERR_USAGE_PROOF', 'The proof is no JSON: it is cut off, or another file.', {
      hint: 'Take the file as `holdfast prove` wrote it.',
      cause,
    });
  }
}

function wrong(path: string, problem: string): HoldfastError {
  return new HoldfastError('ERR_USAGE_PROOF', `In the proof, ${path} ${problem}.`, {
    hint: 'Take the file as `holdfast prove` wrote it.',
  });
}

function is(expected: string | number): Check {
  return (value, path) => {
    if (value !== expected)
      throw wrong(path, `is ${JSON.stringify(value) ?? 'absent'} instead of ${JSON.stringify(expected)}`);
  };
}

function fits(what: string, test: (value: unknown) => boolean): Check {
  return (value, path) => {
    if (value === undefined) throw wrong(path, 'is absent');
    if (!test(value)) throw wrong(path, `is not ${what}`);
  };
}

function orNull(check: Check): Check {
  return (value, path) => {
    if (value !== null) check(value, path);
  };
}

function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, value === undefined ? 'is absent' : 'is not a list');
    for (const [index, each] of value.entries()) check(each, `${path}[${String(index)}]`);
  };
}

function object(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null)
      throw wrong(path === '' ? 'the whole' : path, 'is not an object');
    for (const [key, check] of Object.entries(checks))
      check((value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`);
  };
}

const text = fits('text', (value) => typeof value === 'string');
const whole = fits('a whole number', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const truth = fits('true or false', (value) => typeof value === 'boolean');
const hash = fits('a SHA-256', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const day = fits('a day', (value) => typeof value === 'string' && isDay(value));
const tally = { records: whole, rows: whole, firstId: orNull(text), lastId: orNull(text), hash };
const gap = object({ key: text, state: text, since: text, reason: text });
const evidence = object({ url: text, sha256: hash, bytes: whole, fetchedAt: text, look: whole });
const audit = object({ at: text, methods: list(text), run: text });
const window = object({
  stream: text,
  from: day,
  to: day,
  state: text,
  ending: text,
  lookedAt: orNull(text),
  serverDate: orNull(text),
  ...tally,
  moved: whole,
  evidence: list(evidence),
  audit: orNull(audit),
  gaps: list(gap),
  quarantined: whole,
});
const notProved = object({ stream: text, from: day, to: orNull(day), state: text, reason: text });
const source = object({
  id: text,
  kind: text,
  baseUrl: orNull(text),
  all: object(tally),
  windows: list(window),
  notProved: list(notProved),
  gaps: list(gap),
  quarantined: whole,
});
const proof = object({
  createdAt: text,
  store: object({ epoch: text }),
  feed: object({ seq: whole, sha256: hash }),
  chain: object({ batch: whole, hash: text }),
  complete: truth,
  sources: list(source),
  digest: hash,
});
