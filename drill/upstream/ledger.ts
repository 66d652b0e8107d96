import { readFileSync } from 'node:fs';

/** One record of the ground truth. */
export interface TruthRecord {
  readonly id: string;
  readonly version?: string | number;
  readonly datestamp: string;
  readonly deleted?: boolean;
}

export interface TruthLine {
  readonly type: 'truth';
  readonly records?: readonly TruthRecord[];
}

export interface RequestLine {
  readonly type: 'request';
  readonly n: number;
  readonly at: number;
  readonly url: string;
  readonly verb: string;
  readonly params: Readonly<Record<string, string>>;
  /** Requests that were under way when it came, itself included. */
  readonly concurrent?: number;
}

export interface ResponseLine {
  readonly type: 'response';
  readonly n: number;
  readonly at: number;
  readonly status: number;
  /** Absent where there is no list in the answer. */
  readonly served?: readonly string[];
  readonly fault?: string;
  /** The answer was cut, by the upstream or on its way. */
  readonly aborted?: boolean;
}

export interface FaultLine {
  readonly type: 'fault';
  readonly at: number;
  readonly name: string;
  readonly n: number;
}

export interface ChangeLine {
  readonly type: 'change';
  readonly at: number;
  readonly reason: string;
  readonly id: string;
  readonly version?: string | number;
  readonly datestamp: string;
}

type Line = TruthLine | RequestLine | ResponseLine | FaultLine | ChangeLine;

/** A request and what was answered, if anything was. */
export interface Exchange {
  readonly request: RequestLine;
  readonly response: ResponseLine | undefined;
}

/** What a simulated upstream wrote down: the truth, and everything it did. */
export class Ledger {
  readonly exchanges: readonly Exchange[];
  readonly faults: readonly FaultLine[];
  readonly changes: readonly ChangeLine[];
  /** The list as it stands at the end, by identifier; of several versions the latest. */
  readonly truth: ReadonlyMap<string, TruthRecord>;
  /** Every version of every record that was ever published, by `keyOf`. */
  readonly published: ReadonlyMap<string, TruthRecord>;
  /** Identifiers that some answer delivered or listed. */
  readonly served: ReadonlySet<string>;

  constructor(lines: readonly Line[]) {
    const responses = new Map(lines.flatMap((line) => (line.type === 'response' ? [[line.n, line]] : [])));
    this.exchanges = lines.flatMap((line) =>
      line.type === 'request' ? [{ request: line, response: responses.get(line.n) }] : [],
    );
    this.faults = lines.filter((line) => line.type === 'fault');
    this.changes = lines.filter((line) => line.type === 'change');
    this.truth = truthAtEnd(lines, this.changes);
    this.published = publishedIn(lines, this.changes);
    this.served = new Set([...responses.values()].flatMap(({ served = [] }) => served.map(idOfServed)));
  }

  /** Reads a ledger; a last line that is still being written is left out. */
  static read(file: string): Ledger {
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return new Ledger(
      whole
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
    );
  }

  /** How often a fault fired. */
  fired(name: string): number {
    return this.faults.filter((fault) => fault.name === name).length;
  }
}

/** One version of a record; the record itself where none is known. */
export function keyOf(id: string, version: string | number | null | undefined): string {
  return version === null || version === undefined ? id : `${id}v${String(version)}`;
}

/** The identifier in `served`: bioRxiv's rows are written there as DOI + `v` + version. */
export function idOfServed(served: string): string {
  return served.startsWith('10.') ? served.replace(/v\d+$/, '') : served;
}

function truthAtEnd(lines: readonly Line[], changes: readonly ChangeLine[]): Map<string, TruthRecord> {
  const truth = new Map<string, TruthRecord>();
  for (const line of lines) {
    if (line.type !== 'truth') continue;
    for (const record of line.records ?? []) {
      const known = truth.get(record.id);
      if (Number(record.version ?? 0) >= Number(known?.version ?? 0)) truth.set(record.id, record);
    }
  }
  for (const { reason, id, version, datestamp } of changes) {
    if (reason === 'poison' || reason === 'hide' || reason === 'publish') continue;
    const before = truth.get(id);
    truth.set(id, {
      ...before,
      id,
      datestamp,
      ...(version === undefined ? {} : { version }),
      ...(reason === 'deletion' ? { deleted: true } : {}),
      // A deleted record that gets another version is published again.
      ...(reason === 'new-version' ? { deleted: false } : {}),
    });
  }
  return truth;
}

function publishedIn(lines: readonly Line[], changes: readonly ChangeLine[]): Map<string, TruthRecord> {
  const published = new Map<string, TruthRecord>();
  for (const line of lines) {
    if (line.type !== 'truth') continue;
    for (const record of line.records ?? []) published.set(keyOf(record.id, record.version), record);
  }
  for (const { reason, id, version, datestamp } of changes) {
    if (reason === 'poison' || reason === 'hide' || reason === 'publish') continue;
    const key = keyOf(id, version);
    const deleted = reason === 'deletion' ? { deleted: true } : {};
    published.set(key, {
      ...published.get(key),
      id,
      datestamp,
      ...(version === undefined ? {} : { version }),
      ...deleted,
    });
  }
  return published;
}
