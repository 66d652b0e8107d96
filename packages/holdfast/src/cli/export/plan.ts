import { FORMAT_NAMES, hasEnd } from '../../formats/format.ts';
import type { FormatName } from '../../formats/format.ts';
import type { ExportQuery } from '../../store/port.ts';
import { usageError, wholeNumber } from '../usage-error.ts';

/** The options of `export`. */
export interface ExportOptions {
  readonly format: FormatName;
  readonly source?: string;
  readonly category?: string;
  readonly sinceSeq?: string;
  readonly query?: string;
  readonly ids?: string;
  readonly allVersions?: boolean;
  /** Unless it is false: the parser gives no default to a negated flag of a verb that registers late. */
  readonly seq?: boolean;
  readonly follow?: boolean;
  readonly output?: string;
  readonly resume?: boolean;
}

/** What an export does, once its options are found to fit together. */
export interface ExportPlan {
  readonly format: FormatName;
  readonly withSeq: boolean;
  /** Without the ids, which are read later. */
  readonly query: ExportQuery;
  /** The first change that is wanted is the one behind it. */
  readonly from: bigint;
  readonly follow: boolean;
  readonly output: string | null;
  readonly resume: boolean;
  /** What tells two exports apart, for the position beside a file. */
  readonly content: string;
}

/** The formats that `--format` takes. */
export const FORMATS: readonly string[] = FORMAT_NAMES;

/** Checks the options of an export. @throws HoldfastError `ERR_USAGE` */
export function planOf(options: ExportOptions): ExportPlan {
  const { format, source, category, query, allVersions, ids, follow = false, resume = false } = options;
  const from = options.sinceSeq === undefined ? 0 : wholeNumber(options.sinceSeq, '--since-seq');
  const withSeq = options.seq !== false;
  if (hasEnd(format) && follow)
    throw usageError(
      `A file of the format ${format} has an end, so it cannot be followed.`,
      'Follow as jsonl, csv, bibtex or ris, or export again from time to time.',
    );
  if (hasEnd(format) && resume)
    throw usageError(
      `A file of the format ${format} is written as a whole, so it cannot be resumed.`,
      'Leave out --resume: the file appears when it is complete, and one that is there stays until then.',
    );
  if (resume && options.output === undefined)
    throw usageError(
      '--resume needs --output FILE: the position is kept beside the file.',
      'On standard output use --since-seq.',
    );
  const narrowed: ExportQuery = {
    ...(source === undefined ? {} : { source }),
    ...(category === undefined ? {} : { category }),
    ...(query === undefined ? {} : { query }),
    ...(allVersions === true ? { allVersions } : {}),
  };
  const content = JSON.stringify({
    format,
    ...narrowed,
    ...(ids === undefined ? {} : { ids }),
    seq: withSeq,
    from,
  });
  return {
    format,
    withSeq,
    query: narrowed,
    from: BigInt(from),
    follow,
    output: options.output ?? null,
    resume,
    content,
  };
}
