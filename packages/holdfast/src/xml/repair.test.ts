import { describe, expect, it } from 'vitest';
import { repairText } from './repair.ts';
import { readXml } from './xml-reader.ts';

describe('certain repairs', () => {
  it.each([
    ['a\x01b\x0c', 'ab', ['control-character']],
    ['a&#1;b&#x1F;&#xFFFF;', 'ab', ['control-character']],
    ['AT&T & R&D', 'AT&T & R&D', ['bare-ampersand']],
    ['a&nbsp;b &eacute; &alpha; &hellip;', 'a\u00A0b é α …', ['html-entity']],
    ['&nbsp without an end', '&nbsp without an end', ['bare-ampersand']],
    ['&lt; &#946; &#x10FFFF; &#9;', '< β \u{10FFFF} \t', []],
    ['<![CDATA[a & b &nbsp;]]>', 'a & b &nbsp;', []],
    ['<!-- & -->x', 'x', []],
  ])('of %j', (inside, text, repairs) => {
    const repaired = repairText(`<a>${inside}</a>`);
    expect(repaired.repairs).toStrictEqual(repairs);
    expect(readXml(repaired.text).text).toBe(text);
  });

  it.each(['&unknown;', '&#x110000;', '<b>', 'a < b'])('leave %j for the parser to refuse', (inside) => {
    const repaired = repairText(`<a>${inside}</a>`);
    expect(repaired.repairs).toStrictEqual([]);
    expect(() => readXml(repaired.text)).toThrow(/not well-formed/);
  });
});
