import { DEFAULT_RULES } from './rules.ts';
import type { Rule } from './rules.ts';
import type { Verdict } from './verdict.ts';
import { codeOf, ownVerdict, property, withCauses } from './with-causes.ts';

/** What `classify` may know besides the error. */
export interface ClassifyOptions {
  /** The caller's signal: an error that is its reason is a cancellation, whatever it looks like. */
  readonly signal?: AbortSignal;
  /** Rows that are asked before the built-in table. */
  readonly rules?: readonly Rule[];
}

const CANCELLED: Verdict = {
  category: 'cancelled',
  scope: 'none',
  safeToReplay: 'no',
  evidence: 'event',
};
const UNKNOWN: Verdict = {
  category: 'unknown',
  scope: 'call',
  safeToReplay: 'unknown',
  evidence: 'class',
};

/**
 * What kind of failure a thrown value is. Looks at the value, its causes (five deep) and the members of
 * an AggregateError; the outermost that is known decides. An error with a `verdict` of its own is believed.
 * Message texts are never searched. Never throws; `unknown` when nothing matches.
 */
export function classify(error: unknown, options: ClassifyOptions = {}): Verdict {
  const aborted = options.signal?.aborted === true;
  const reason: unknown = options.signal?.reason;
  for (const candidate of withCauses(error)) {
    const own = ownVerdict(candidate);
    if (own !== undefined) return own;
    if (aborted && candidate === reason) return CANCELLED;
    const known = matchRules(candidate, options.rules ?? []) ?? matchRules(candidate, DEFAULT_RULES);
    if (known !== undefined) return known;
  }
  return UNKNOWN;
}

/** The verdict of the first row that knows this error itself, whatever its causes. */
export function matchRules(error: unknown, rules: readonly Rule[]): Verdict | undefined {
  const code = codeOf(error);
  const name = property(error, 'name');
  if (code === undefined && typeof name !== 'string') return undefined;
  const rule = rules.find((row) => holds(row, error, code, name));
  if (rule === undefined) return undefined;
  return {
    category: rule.category,
    scope: rule.scope,
    safeToReplay: rule.safeToReplay,
    evidence: rule.names === undefined ? 'code' : 'class',
    ...(code === undefined ? {} : { code }),
  };
}

function holds(rule: Rule, error: unknown, code: string | undefined, name: unknown): boolean {
  if (rule.codes !== undefined && (code === undefined || !rule.codes.includes(code))) return false;
  if (rule.codePrefix !== undefined && code?.startsWith(rule.codePrefix) !== true) return false;
  if (rule.names !== undefined && !rule.names.some((known) => known === name)) return false;
  if (rule.syscalls !== undefined) {
    const syscall = property(error, 'syscall');
    if (!rule.syscalls.some((known) => known === syscall)) return false;
  }
  if (rule.sqlite !== undefined) {
    const errcode = property(error, 'errcode');
    if (typeof errcode !== 'number' || !rule.sqlite.includes(errcode & 0xff)) return false;
  }
  return rule.plainCauseOf === undefined || hasPlainCause(error, rule.plainCauseOf);
}

function hasPlainCause(error: unknown, message: string): boolean {
  const cause = property(error, 'cause');
  return (
    property(error, 'message') === message &&
    property(cause, 'name') === 'Error' &&
    ['code', 'cause', 'errors', 'verdict'].every((key) => property(cause, key) === undefined)
  );
}
