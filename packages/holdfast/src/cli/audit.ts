import { Option } from 'commander';
import { ask } from './audit/ask.ts';
import { exitCodeOfAudit } from './audit/exit-code.ts';
import type { AuditOptions } from './audit/options.ts';
import { printReport } from './audit/print-report.ts';
import { reportsFrom, type SourceReport } from './audit/source-report.ts';
import { checkSource } from './known-source.ts';
import { withStore } from '../status/open-reader.ts';
import { usageError, wholeNumber } from './usage-error.ts';
import type { Call, Register } from './verb.ts';

/** `audit`: compares what is here with an inventory of the upstream that does not depend on the harvest. */
export const register: Register = (command, run) => {
  command
    .option('--source <id>', 'of this source only; with --input: the source of the ids')
    .option('--repair', 'fetch what is missing at once')
    .option('--budget <requests>', 'send at most so many requests per source in this turn')
    .option('--report', 'ask nobody: say what the store knows')
    .option('--days', 'list complete days too')
    .option('--json', 'print one array of what is missing or pending')
    .option('--html <file>', 'write a page with a calendar of days')
    .option('--input <path>', 'audit what another tool left: a file or a folder')
    .option('--from <day>', 'with --input: compare from this day or month on')
    .option('--to <day>', 'with --input: compare what lies before this day or month')
    .addOption(new Option('--ids', 'with --input: print the missing ids alone, one a line'))
    .action(run<AuditOptions>((call) => audit(call)));
};

async function audit(call: Call<AuditOptions>): Promise<number> {
  const { io, options, resolved } = call;
  checkCombination(options);
  if (options.input !== undefined) {
    const { auditInput } = await import('./audit/input.ts');
    return auditInput(call);
  }
  const budget = options.budget === undefined ? undefined : wholeNumber(options.budget, '--budget', 1);
  if (options.report === true && (options.repair === true || budget !== undefined))
    throw usageError('--report asks nobody: it excludes --repair and --budget.');
  const { config } = resolved();
  if (options.source !== undefined) checkSource(config, options.source);
  const asked = options.report === true ? null : await ask(call, config, budget);
  return withStore(config, async (reader): Promise<number> => {
    const reports: readonly SourceReport[] = await reportsFrom(config, reader, {
      source: options.source,
      counted: options.html !== undefined || options.days === true,
    });
    await printReport(call, reports, asked, io.clock.now());
    return exitCodeOfAudit(reports, asked);
  });
}

/** What belongs to the audit of the store, and what to that of a data set: an option that does nothing would mislead. */
function checkCombination({ input, ...options }: AuditOptions): void {
  const [own, others] = [
    ['repair', 'budget', 'report', 'days', 'html'],
    ['ids', 'from', 'to'],
  ] as const;
  if (input === undefined) {
    for (const name of others)
      if (options[name] !== undefined) throw usageError(`--${name} needs --input FILE.`);
    return;
  }
  for (const name of own)
    if (options[name] !== undefined)
      throw usageError(`--input audits a data set, not the store: it excludes --${name}.`);
}
