import { classify } from './classify.ts';
import type { Category, Evidence, SafeToReplay, Scope, Verdict } from './verdict.ts';
import { codeOf, ownVerdict, property, withCauses } from './with-causes.ts';

/** One row of an adapter's table of errors. All conditions that a row names must hold. */
export interface DriverRule {
  /** What happened, for people. */
  readonly what: string;
  /** Names of the error's class or its `name`, without the digits that bundlers append. */
  readonly classes?: readonly string[];
  /** Error codes, compared whole. */
  readonly codes?: readonly string[];
  /** Starts of error codes. */
  readonly codePrefixes?: readonly string[];
  /** What the driver's own flag says; a row that names it is passed over when the flag is not known. */
  readonly connected?: boolean;
  /** Tried on the first line of the message, without terminal codes. */
  readonly message?: RegExp;
  /** Asked with the texts although it reads none: its class says less than a text. */
  readonly last?: true;
  readonly category: Category;
  readonly scope: Scope;
  readonly safeToReplay: SafeToReplay;
}

/** What a driver's table is asked with. */
export interface DriverTable {
  /** The first row that matches decides; rows of a message alone are tried after all others. */
  readonly rules: readonly DriverRule[];
  readonly connected?: boolean | undefined;
  /** Reads what no row can hold, such as a status within a text; tried last, on the first line. */
  readonly readText?: (line: string) => Verdict | undefined;
  /** What of a message is read; the first line by default. */
  readonly textOf?: (error: unknown) => string;
}

/**
 * What a driver's table says about an error and its causes; undefined when it has no row for them, or when the
 * general table knows the error by better evidence than a text. Never throws.
 */
export function judge(error: unknown, table: DriverTable): Verdict | undefined {
  const candidates = [...withCauses(error)];
  const byIdentity = table.rules.filter(isByIdentity);
  for (const candidate of candidates) {
    const known = ownVerdict(candidate) ?? match(candidate, byIdentity, table);
    if (known !== undefined) return known;
  }
  if (classify(error).category !== 'unknown') return undefined;
  const byText = table.rules.filter((rule) => !isByIdentity(rule));
  for (const candidate of candidates) {
    const known = match(candidate, byText, table) ?? table.readText?.(firstLine(candidate));
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Whether a row knows an error by its class or code, and not by a text alone. */
function isByIdentity({ classes, codes, codePrefixes, last }: DriverRule): boolean {
  if (last === true) return false;
  return classes !== undefined || codes !== undefined || codePrefixes !== undefined;
}

function match(error: unknown, rules: readonly DriverRule[], table: DriverTable): Verdict | undefined {
  const rule = rules.find((row) => holds(row, error, table));
  if (rule === undefined) return undefined;
  const code = codeOf(error);
  return {
    category: rule.category,
    scope: rule.scope,
    safeToReplay: rule.safeToReplay,
    evidence: evidenceOf(rule),
    ...(code === undefined ? {} : { code }),
  };
}

/** The weakest text decides: a row that reads a message says so, whatever else it asks. */
function evidenceOf(rule: DriverRule): Evidence {
  if (rule.message !== undefined) return 'message';
  return rule.classes === undefined ? 'code' : 'class';
}

function holds(rule: DriverRule, error: unknown, { connected, textOf = firstLine }: DriverTable): boolean {
  const code = codeOf(error);
  if (rule.connected !== undefined && rule.connected !== connected) return false;
  if (rule.classes !== undefined && !namesOf(error).some((name) => rule.classes?.includes(name))) {
    return false;
  }
  if (rule.codes !== undefined && (code === undefined || !rule.codes.includes(code))) return false;
  if (rule.codePrefixes?.some((prefix) => code?.startsWith(prefix) === true) === false) return false;
  return rule.message === undefined || rule.message.test(textOf(error));
}

/** A bundler renames `TargetClosedError` to `TargetClosedError2`, and `name` may say `Error`: both are looked at. */
function namesOf(error: unknown): string[] {
  const names = [property(property(error, 'constructor'), 'name'), property(error, 'name')];
  return names.filter((name) => typeof name === 'string').map((name) => name.replace(/\d+$/, ''));
}

/** The first line of an error's message without terminal codes: what follows is a call log, or a page's own text. */
export function firstLine(error: unknown): string {
  return linesOf(error)[0] ?? '';
}

/** The lines of an error's message without terminal codes; a very long one is cut. */
export function linesOf(error: unknown): string[] {
  const message = property(error, 'message');
  if (typeof message !== 'string') return [];
  const plain = message.slice(0, 2_000).replaceAll(/\u001B\[[\d;]*m/g, '');
  return plain.split('\n', 10);
}
