import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examplePaper } from '../cli/testing/example-paper.ts';
import { csvCell } from './csv.ts';
import { exportLine } from './jsonl.ts';
import { written } from './testing/written.ts';

describe('a line of JSONL', () => {
  it('has the keys of the contract in their fixed order', () => {
    expect(exportLine(examplePaper(), true)).toBe(
      '{"seq":7,"source":"arxiv","id":"2301.00001","version":"2","datestamp":"2023-02-02","deleted":false,' +
        '"withdrawn":false,"title":"On \\"commas\\", and β-decay","abstract":"First. Second.",' +
        '"authors":[{"name":"Ada Lovelace","orcid":"0000-0001","affiliation":"London"},{"name":"Bo"}],' +
        '"categories":["cs.LG","math.CO"],"doi":"10.1/x","journalRef":null,"comment":null,' +
        '"published":"2023-01-01","updated":"2023-02-01","license":"http://creativecommons.org/licenses/by/4.0/",' +
        `"urls":{"abstract":"https://arxiv.org/abs/2301.00001"},"hash":"${examplePaper().hash}","hashVersion":1}`,
    );
  });

  it('leaves out seq when it is not wanted, and nothing else', () => {
    const withSeq = JSON.parse(exportLine(examplePaper(), true)) as Record<string, unknown>;
    const without = JSON.parse(exportLine(examplePaper(), false)) as Record<string, unknown>;
    expect(Object.keys(without)).toEqual(Object.keys(withSeq).slice(1));
  });
});

describe('a cell of CSV', () => {
  it.each([
    ['=HYPERLINK("http://evil")', `"'=HYPERLINK(""http://evil"")"`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['\u200B=1', `'\u200B=1`],
    ['\u0001=1', "'=1"],
    ['＝1', "'＝1"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['plain', 'plain'],
    ['a=b', 'a=b'],
    [null, ''],
    [true, 'true'],
    [-5, '-5'],
  ])('%j is written as %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('never begins with what a spreadsheet runs', () => {
    const formula = fc.stringMatching(/^[\s=+\-@\u0000-\u001f\u200b]*[=+\-@][A-Z(,"]*$/);
    fc.assert(
      fc.property(formula, (text) => {
        expect(csvCell(text)).toMatch(/^"?'/);
      }),
    );
  });
});

describe('an export', () => {
  it('as CSV has a header, stable columns and line ends of RFC 4180', async () => {
    const [header, line, end] = (await written('csv', [examplePaper()], { withSeq: false })).split('\r\n');
    expect(header).toBe(
      'source,id,version,datestamp,deleted,withdrawn,title,abstract,authors,categories,doi,journalRef,comment,published,updated,license,urls,hash,hashVersion',
    );
    expect(line).toMatch(
      /^arxiv,2301\.00001,2,2023-02-02,false,false,"On ""commas"", and β-decay",First\. Second\.,Ada Lovelace; Bo,cs\.LG; math\.CO,10\.1\/x,,,/,
    );
    expect(end).toBe('');
  });

  it('has seq unless it is refused', async () => {
    expect(await written('jsonl', [examplePaper()])).toMatch(/^\{"seq":7,/);
    expect(await written('csv', [examplePaper()])).toMatch(/^seq,source,.*\r\n7,arxiv,/);
  });

  it('of nothing writes nothing as JSONL, and a header as CSV', async () => {
    expect(await written('jsonl', [])).toBe('');
    expect(await written('csv', [])).toMatch(/^seq,.*\r\n$/);
  });
});
