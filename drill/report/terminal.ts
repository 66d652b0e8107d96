import type { Row } from '../judge.ts';
import type { Report } from './report.ts';

/** A row as lines of text. */
export function linesOf({ verdict, layer, name, evidence, findings, replay }: Row): readonly string[] {
  const head = `${verdict.padEnd(11)} ${layer.padEnd(12)} ${name}`;
  if (verdict === 'valid') return [`${head}${evidence === '' ? '' : `  ${evidence}`}`];
  return [
    head,
    ...findings.map((each) => `            - ${each}`),
    ...(verdict === 'not-covered' ? [] : [`            ${replay}`]),
  ];
}

/** What stands below the rows. */
export function footOf({ seed, summary }: Report): readonly string[] {
  const { valid, invalid, unknown, notCovered, lost, duplicated, unexpected } = summary;
  return [
    '',
    `${String(valid)} valid, ${String(invalid)} invalid, ${String(unknown)} unknown, ${String(notCovered)} not covered; seed ${String(seed)}`,
    `lost ${String(lost)}, duplicated ${String(duplicated)}, unexpected ${String(unexpected)}`,
  ];
}
