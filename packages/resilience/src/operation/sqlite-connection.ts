import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { isBusy } from '../state/sqlite-busy.ts';
import { LedgerError } from './ledger-error.ts';
import { ledgerFailure } from './ledger-failure.ts';
import { openLedgerFile } from './sqlite-file.ts';

/** A writer of another process holds the file for milliseconds; after this long something is wrong. */
const BUSY_PATIENCE_MS = 30_000;
const BUSY_POLL_MS = 7;

/**
 * The one connection to a ledger's file. Closed (nothing open yet, or the file failed and will be opened anew) ->
 * open -> ended by `close`. A transaction is one synchronous call, so no two ever mix.
 */
export class SqliteConnection {
  readonly #file: string;
  readonly #clock: Clock;
  #database: DatabaseSync | undefined;
  #isEnded = false;

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Reads what is committed. */
  read<T>(look: (database: DatabaseSync) => T): Promise<T> {
    return this.#patiently(() => look(this.#open()));
  }

  /**
   * Does all of `change` or nothing; on the disk when it resolves. What `change` throws is thrown on.
   * @throws LedgerError `ERR_LEDGER_WRITE` when the disk is full or fails, `ERR_LEDGER_DAMAGED`.
   */
  async transaction<T>(change: (database: DatabaseSync) => T): Promise<T> {
    return await this.#patiently(() => {
      const database = this.#open();
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = change(database);
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** Ends the connection; what is asked of it afterwards is refused. */
  close(): void {
    this.#isEnded = true;
    this.#drop();
  }

  #open(): DatabaseSync {
    if (this.#isEnded) {
      throw new LedgerError('The ledger is closed.', {
        code: 'ERR_LEDGER_CLOSED',
        hint: 'Close it after the last operation.',
      });
    }
    this.#database ??= openLedgerFile(this.#file);
    return this.#database;
  }

  /** After an error of the disk nothing is known of the handle. */
  #drop(): void {
    const database = this.#database;
    this.#database = undefined;
    database?.close();
  }

  /** Repeats while another process is in the way. SQLite's own waiting would stop the event loop. */
  async #patiently<T>(action: () => T): Promise<T> {
    const start = this.#clock.monotonic();
    for (;;) {
      try {
        return action();
      } catch (error) {
        const isInTheWay = isBusy(error) && this.#clock.monotonic() - start <= BUSY_PATIENCE_MS;
        if (!isInTheWay) throw this.#explained(error);
      }
      await this.#clock.sleep(BUSY_POLL_MS);
    }
  }

  #explained(error: unknown): unknown {
    const explained = ledgerFailure(this.#file, error);
    if (explained !== error && !isBusy(error)) this.#drop();
    return explained;
  }
}
