import { expect } from 'vitest';
import { classify } from '../../../../src/classify/index.ts';
import type { Rule, Verdict } from '../../../../src/classify/index.ts';
import { matchRules } from '../../../../src/classify/classify.ts';
import { judge } from '../../../../src/classify/driver-rules.ts';
import type { DriverRule, DriverTable } from '../../../../src/classify/driver-rules.ts';
import { withCauses } from '../../../../src/classify/with-causes.ts';

/** What a verdict has to be. */
export type Expected = Partial<Verdict>;

/** A table of errors, as a count needs it. */
export interface Table {
  readonly name: string;
  /** A name for each row. */
  readonly rows: readonly string[];
  /** The rows that know an error. */
  readonly knows: (error: unknown, connected?: boolean) => readonly string[];
}

/** The general table; a row is named by what it looks for. */
export function generalTable(name: string, rules: readonly Rule[]): Table {
  return {
    name,
    rows: rules.map(nameOf),
    knows(error) {
      for (const candidate of withCauses(error)) {
        const known = rules.find((rule) => matchRules(candidate, [rule]) !== undefined);
        if (known !== undefined) return [nameOf(known)];
      }
      return [];
    },
  };
}

function nameOf({ codes, codePrefix, names, syscalls, sqlite, category }: Rule): string {
  const keys = [codes?.join(' '), codePrefix && `${codePrefix}*`, names?.join(' ')];
  const more = [syscalls && 'not sent', sqlite?.join(' ')];
  return [...keys, ...more, `-> ${category}`].filter(Boolean).join(' ');
}

/** An adapter's table. */
export function driverTable(
  name: string,
  rules: readonly DriverRule[],
  more: Pick<DriverTable, 'textOf'> = {},
): Table {
  const named = (rule: DriverRule): string => `${rules.indexOf(rule)}. ${rule.what}`;
  return {
    name,
    rows: rules.map(named),
    knows(error, connected) {
      const verdict = judge(error, { ...more, rules, connected });
      const known = rules.find(
        (rule) =>
          JSON.stringify(judge(error, { ...more, rules: [rule], connected })) === JSON.stringify(verdict),
      );
      return verdict === undefined || known === undefined ? [] : [named(known)];
    },
  };
}

/** Counts which rows of some tables were met by a real error, and which only by one that was made up. */
export class RowCount {
  readonly #tables: readonly Table[];
  readonly #classify: (error: unknown, connected?: boolean) => Verdict | undefined;
  readonly #live = new Set<string>();
  readonly #constructed = new Set<string>();

  /** `own`: the function of the adapter; what it leaves is left to the general table. */
  constructor(
    tables: readonly Table[],
    own: (error: unknown, connected?: boolean) => Verdict | undefined = () => undefined,
  ) {
    this.#tables = tables;
    this.#classify = (error, connected) => own(error, connected) ?? classify(error);
  }

  /** Checks the verdict on an error that something real has thrown, bare and wrapped. */
  live(error: unknown, expected: Expected, connected?: boolean): void {
    this.#check(error, expected, connected);
    for (const row of this.#rowsOf(error, connected)) this.#live.add(row);
  }

  /** Checks the verdict on an error that cannot be provoked on a test machine. */
  constructed(error: unknown, expected: Expected, connected?: boolean): void {
    this.#check(error, expected, connected);
    const rows = this.#rowsOf(error, connected);
    expect(rows, `no row knows ${String(error)}`).not.toEqual([]);
    for (const row of rows) this.#constructed.add(row);
  }

  /** Fails when a row was met by no error at all; prints the counts. */
  settle(): void {
    const rows = this.#tables.flatMap(({ name, rows: own }) => own.map((row) => `${name}: ${row}`));
    const missing = rows.filter((row) => !this.#live.has(row) && !this.#constructed.has(row));
    expect(missing, 'rows that no error has met').toEqual([]);
    const live = rows.filter((row) => this.#live.has(row));
    const names = this.#tables.map(({ name }) => name).join(', ');
    process.stdout.write(`${names}: ${live.length} rows live, ${rows.length - live.length} constructed\n`);
  }

  #check(error: unknown, expected: Expected, connected: boolean | undefined): void {
    const verdict = this.#classify(error, connected);
    expect(verdict, describe(error)).toMatchObject(expected);
    let wrapped = error;
    for (let depth = 1; depth <= 5 - depthOf(error); depth += 1) {
      wrapped = new Error(`Step ${depth} of the work failed`, { cause: wrapped });
      expect(this.#classify(wrapped, connected), `wrapped ${depth} deep`).toEqual(verdict);
    }
    const together = new AggregateError([new Error('another'), error], 'All of them failed');
    expect(this.#classify(together, connected), 'in an AggregateError').toEqual(verdict);
  }

  #rowsOf(error: unknown, connected: boolean | undefined): string[] {
    return this.#tables.flatMap(({ name, knows }) => knows(error, connected).map((row) => `${name}: ${row}`));
  }
}

/** How long the chain of causes of an error is. */
function depthOf(error: unknown): number {
  const cause = error instanceof Error ? error.cause : undefined;
  const members = error instanceof AggregateError ? 1 : 0;
  return cause === undefined ? members : 1 + depthOf(cause);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const cause = error.cause === undefined ? '' : ` <- ${describe(error.cause)}`;
  return `${error.constructor.name} ${error.name} ${String(code)} ${error.message}${cause}`;
}

/** What something rejects with, or throws; fails when it does neither. */
export async function failure(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
