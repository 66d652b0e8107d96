import { basename, dirname } from 'node:path';
import type { FileOrder, FileResult } from './child/protocol.ts';
import type { Mutant } from './find-mutants.ts';

/** The tests that can notice a mutant. */
export interface Selection {
  /** The likeliest file first: of the same name, then of the same folder, then the quickest. */
  readonly files: readonly FileOrder[];
  /** What they took together when they were recorded. */
  readonly ms: number;
  /** What the slowest of the tests took. */
  readonly slowestMs: number;
}

interface Candidate {
  readonly order: FileOrder;
  readonly distance: number;
  readonly ms: number;
  readonly slowestMs: number;
}

/** What was recorded, asked by mutant. */
export class Recording {
  readonly #files: readonly FileResult[];
  readonly #whole: ReadonlyMap<FileResult, ReadonlySet<number>>;
  readonly #single: ReadonlyMap<FileResult['tests'][number], ReadonlySet<number>>;

  constructor(files: readonly FileResult[]) {
    this.#files = files;
    this.#whole = new Map(files.map((file) => [file, new Set(file.reached)]));
    this.#single = new Map(files.flatMap(({ tests }) => tests.map((test) => [test, new Set(test.reached)])));
  }

  /** The tests that reach a mutant. When already loading a file reaches it, each test of that file may notice. */
  of(mutant: Pick<Mutant, 'id' | 'file'>): Selection {
    const candidates = this.#files
      .flatMap((result) => this.#candidate(result, mutant))
      .toSorted((a, b) => a.distance - b.distance || a.ms - b.ms);
    return {
      files: candidates.map(({ order }) => order),
      ms: candidates.reduce((sum, { ms }) => sum + ms, 0),
      slowestMs: Math.max(0, ...candidates.map(({ slowestMs }) => slowestMs)),
    };
  }

  #candidate(result: FileResult, { id, file }: Pick<Mutant, 'id' | 'file'>): Candidate[] {
    const isWhole = this.#whole.get(result)?.has(id) === true;
    const tests = isWhole ? result.tests : result.tests.filter((test) => this.#single.get(test)?.has(id));
    if (tests.length === 0) return [];
    const order = { file: result.file, tests: isWhole ? undefined : tests.map((test) => test.id) };
    const ms = tests.map((test) => test.ms);
    return [
      {
        order,
        distance: distance(file, result.file),
        ms: result.ms + ms.reduce((sum, each) => sum + each, 0),
        slowestMs: Math.max(...ms),
      },
    ];
  }
}

function distance(source: string, test: string): number {
  if (dirname(source) !== dirname(test)) return 2;
  return basename(source, '.ts') === basename(test, '.test.ts') ? 0 : 1;
}
