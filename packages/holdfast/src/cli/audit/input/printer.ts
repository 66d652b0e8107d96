import type { Dataset } from '../../../datasets/port.ts';
import { write, writeLine } from '../../io.ts';
import { grouped } from '../../status/quantities.ts';
import { plain } from '../../terminal/escape.ts';
import type { Call } from '../../verb.ts';
import type { AuditOptions } from '../options.ts';
import type { MissingRow } from './compare.ts';
import type { ReadIds } from './read-ids.ts';
import type { KindReport } from './kind-report.ts';
import { datasetLines, endLines, kindLines } from './sentences.ts';

/** Writes rows as they come, so that their number does not matter. */
export interface Printer {
  begin(): Promise<void>;
  row(row: MissingRow): Promise<void>;
  report(report: KindReport): Promise<void>;
  end(): Promise<void>;
}

/** The printer for the form that was asked for. Whatever rows are printed, the sentences go to the other stream. */
export function printerOf(call: Call<AuditOptions>, dataset: Dataset, read: ReadIds): Printer {
  const { options } = call;
  if (options.json === true) return new JsonPrinter(call, dataset, read);
  return options.ids === true ? new IdPrinter(call, dataset, read) : new TextPrinter(call, dataset, read);
}

/** How many missing ids the report names. */
const NAMED = 10;
/** Rows are written in pieces of about so many characters. */
const PIECE = 65_536;

abstract class BasePrinter implements Printer {
  protected readonly call: Call<AuditOptions>;
  protected readonly dataset: Dataset;
  protected readonly read: ReadIds;
  readonly #reports: KindReport[] = [];
  #pending = '';

  constructor(call: Call<AuditOptions>, dataset: Dataset, read: ReadIds) {
    this.call = call;
    this.dataset = dataset;
    this.read = read;
  }

  async begin(): Promise<void> {
    await this.say(datasetLines(this.dataset, this.read));
  }

  abstract row(row: MissingRow): Promise<void>;

  async report(report: KindReport): Promise<void> {
    this.#reports.push(report);
    await this.say(kindLines(report));
  }

  async end(): Promise<void> {
    await this.flush();
    await this.say(endLines(this.call.options, this.#reports));
  }

  /** Sentences for a person. */
  protected async say(lines: readonly string[]): Promise<void> {
    for (const line of lines) await writeLine(this.call.io.err, plain(line));
  }

  protected async put(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= PIECE) await this.flush();
  }

  protected async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '') await write(this.call.io.out, text);
  }
}

class JsonPrinter extends BasePrinter {
  #rows = 0;

  override async begin(): Promise<void> {
    await super.begin();
    await this.put('[');
  }

  async row(row: MissingRow): Promise<void> {
    this.#rows += 1;
    await this.put(`${this.#rows === 1 ? '\n' : ',\n'}  ${JSON.stringify(row)}`);
  }

  override async end(): Promise<void> {
    await this.put(this.#rows === 0 ? ']\n' : '\n]\n');
    await super.end();
  }
}

class IdPrinter extends BasePrinter {
  async row({ id }: MissingRow): Promise<void> {
    // An id with a line end in it would be two, and a terminal would obey one with other controls.
    await this.put(`${id.replace(/\p{Cc}+/gu, ' ')}\n`);
  }
}

class TextPrinter extends BasePrinter {
  #named: string[] = [];

  row({ id, state }: MissingRow): Promise<void> {
    if (this.#named.length < NAMED) this.#named.push(state === 'candidate' ? `${id} (candidate)` : id);
    return Promise.resolve();
  }

  override async report(report: KindReport): Promise<void> {
    await super.report(report);
    for (const id of this.#named) await this.put(`    ${plain(id)}\n`);
    const more = report.counts.missing - this.#named.length;
    if (more > 0) await this.put(`    … and ${grouped(more)} more (--ids lists all, --json with reasons)\n`);
    this.#named = [];
    await this.flush();
  }

  protected override async say(lines: readonly string[]): Promise<void> {
    for (const line of lines) await this.put(`${plain(line)}\n`);
    await this.flush();
  }
}
