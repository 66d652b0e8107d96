import type { Row } from '../judge.ts';
import { needsOf } from './claim.ts';
import { escape } from './escape.ts';
import type { Report } from './report.ts';

/** The report as JUnit XML, as CI servers read it: a suite a layer, a case a row. */
export function junitOf({ rows, seed, version, summary }: Report): string {
  const unexcused = new Set(summary.unexcused);
  const suites = [...Map.groupBy(rows, ({ layer }) => layer)].map(([layer, all]) =>
    [
      `  <testsuite name="${escape(layer)}" ${totals(all, unexcused)} timestamp="${stamp(all[0]?.startedAt)}">`,
      ...all.map((row) => testcase(row, unexcused.has(row.name))),
      '  </testsuite>',
    ].join('\n'),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(`holdfast drill ${version}, seed ${String(seed)}`)}" ${totals(rows, unexcused)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function totals(rows: readonly Row[], unexcused: ReadonlySet<string>): string {
  const count = (test: (row: Row) => boolean): string => String(rows.filter(test).length);
  const missing = ({ name, verdict }: Row): boolean => verdict === 'not-covered' && unexcused.has(name);
  return [
    `tests="${String(rows.length)}"`,
    `failures="${count(({ verdict }) => verdict === 'invalid')}"`,
    `errors="${count((row) => row.verdict === 'unknown' || missing(row))}"`,
    `skipped="${count((row) => row.verdict === 'not-covered' && !missing(row))}"`,
    `time="${seconds(rows.reduce((sum, { tookMs }) => sum + tookMs, 0))}"`,
  ].join(' ');
}

function testcase(row: Row, isUnexcused: boolean): string {
  const { name, layer, tookMs, evidence, holds, replay } = row;
  const out = `      <system-out>${escape(`${holds}\n${evidence}\n${replay}`)}</system-out>`;
  return [
    `    <testcase classname="holdfast.drill.${escape(layer)}" name="${escape(name)}" time="${seconds(tookMs)}">`,
    ...outcome(row, isUnexcused),
    out,
    '    </testcase>',
  ].join('\n');
}

function outcome(row: Row, isUnexcused: boolean): readonly string[] {
  const { verdict, findings, replay } = row;
  const message = escape(findings.join('; '));
  const more = escape(`${findings.join('\n')}\n${replay}`);
  switch (verdict) {
    case 'valid':
      return [];
    case 'invalid':
      return [`      <failure type="invalid" message="${message}">${more}</failure>`];
    case 'unknown':
      return [`      <error type="unknown" message="${message}">${more}</error>`];
    case 'not-covered':
      return isUnexcused
        ? [`      <error type="not-covered" message="${message}">${more}</error>`]
        : [`      <skipped message="${escape(`not covered: needs ${needsOf(row)}`)}"/>`];
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** Without a zone, as the format has it. */
function stamp(at = 0): string {
  return new Date(at).toISOString().slice(0, 19);
}
