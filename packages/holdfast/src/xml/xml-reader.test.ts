import { describe, expect, it } from 'vitest';
import { XmlError } from './xml-error.ts';
import { childOf, childText, textOf } from './xml-node.ts';
import { readXml } from './xml-reader.ts';

/** The code with which a document is refused. */
function refusal(text: string): string {
  try {
    readXml(text);
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
  throw new Error('accepted');
}

const record = '<record><id>1</id><title>One</title></record>';

describe('the XML reader', () => {
  it.each([
    ['a cut inside a record', `<list>${record.slice(0, 20)}`, 'ERR_XML_TRUNCATED'],
    ['a cut behind a record', `<list>${record}`, 'ERR_XML_TRUNCATED'],
    ['a cut inside a tag', '<list><record', 'ERR_XML_TRUNCATED'],
    ['a cut inside CDATA', '<list><![CDATA[ </list>', 'ERR_XML_TRUNCATED'],
    ['a mismatched tag', '<list><a></b></list>', 'ERR_XML_MISMATCHED_TAG'],
    ['an entity that is not declared', '<list>&nbsp;</list>', 'ERR_XML_ENTITY'],
    ['a bare ampersand', '<list>a & b; c</list>', 'ERR_XML_ENTITY'],
    ['a control character', '<list>a\x01b</list>', 'ERR_XML_CONTROL_CHARACTER'],
    ['a reference to a control character', '<list>a&#1;b</list>', 'ERR_XML_ENTITY'],
    ['an HTML page', '<!DOCTYPE html><html><body>503</body></html>', 'ERR_XML_HTML'],
    ['an HTML page with an unclosed tag', '<html><body><p>503<br></body></html>', 'ERR_XML_MISMATCHED_TAG'],
    ['an empty document', '', 'ERR_XML_EMPTY'],
    ['white space', ' \n ', 'ERR_XML_EMPTY'],
    ['text behind the root', '<list/>notice', 'ERR_XML_OUTSIDE_TEXT'],
    ['text before the root', 'notice<list/>', 'ERR_XML_OUTSIDE_TEXT'],
    ['a second root', '<list/><list/>', 'ERR_XML_SECOND_ROOT'],
    ['entities of a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'ERR_XML_DTD'],
    ['a DTD with entities that are not used', '<!DOCTYPE a [<!ENTITY b "c">]><a/>', 'ERR_XML_DTD'],
    ['a duplicate attribute', '<a b="1" b="2"/>', 'ERR_XML_MALFORMED'],
    ['elements nested without end', '<a>'.repeat(100_000), 'ERR_XML_MALFORMED'],
    ['an unquoted attribute', '<a b=1/>', 'ERR_XML_MALFORMED'],
  ])('refuses %s', (_name, text, code) => {
    expect(refusal(text)).toBe(code);
  });

  it('decodes references, in text and in attributes', () => {
    const root = readXml('<a b="&lt;&#x3b2;&quot;">a &amp; b &#x3b2; &#946;</a>');
    expect(root.text).toBe('a & b β β');
    expect(root.attributes['b']).toBe('<β"');
  });

  it('keeps CDATA literally and joins it and the text around comments', () => {
    expect(readXml('<a>x <![CDATA[<b>&amp;</b>]]> y<!-- no --> z<?pi no?>!</a>').text).toBe(
      'x <b>&amp;</b> y z!',
    );
  });

  it('accepts a greater-than sign inside an attribute, and a byte order mark', () => {
    expect(readXml('\uFEFF<a b="1 > 0"/>').attributes['b']).toBe('1 > 0');
  });

  it('gives an empty element as empty text and keeps white space at the ends', () => {
    const root = readXml('<a><b/><c></c><d> x\n</d></a>');
    expect([
      childText(root, 'b'),
      childText(root, 'c'),
      childText(root, 'd'),
      childText(root, 'e'),
    ]).toStrictEqual(['', '', ' x\n', null]);
  });

  it('drops prefixes and gives text in the order of the document', () => {
    const root = readXml('<o:a xmlns:o="x"><o:b>1<i>2</i>3<i>4<b>5</b></i>6</o:b>7</o:a>');
    expect(root.name).toBe('a');
    expect(textOf(childOf(root, 'b')!)).toBe('123456');
    expect(textOf(root)).toBe('1234567');
  });

  it('hands over records one by one, with their place, and keeps them out of the tree', () => {
    const text = `<a>\n<l>${record} <record x=">"/>${record}</l></a>`;
    const seen: [string, string][] = [];
    const root = readXml(text, {
      isRecord: (depth, name) => depth === 2 && name === 'record',
      onRecord: (node, start, end) => seen.push([childText(node, 'title') ?? '-', text.slice(start, end)]),
    });
    expect(seen).toStrictEqual([
      ['One', record],
      ['-', '<record x=">"/>'],
      ['One', record],
    ]);
    expect(childOf(root, 'l')?.children).toStrictEqual([]);
  });

  it('does not confuse names with properties of objects', () => {
    const root = readXml('<a __proto__="1" constructor="2"><__proto__>3</__proto__></a>');
    expect(Object.entries(root.attributes)).toStrictEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    expect(childText(root, '__proto__')).toBe('3');
  });
});
