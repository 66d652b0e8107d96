import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XmlError } from './xml-error.ts';
import { childOf, childText } from './xml-node.ts';
import { readXmlPage } from './xml-page.ts';
import type { XmlPageShape } from './xml-shape.ts';

const shape: XmlPageShape = {
  root: 'feed',
  lists: { list: { root: 'feed', record: 'record', first: 'header', lists: ['list'], after: ['token'] } },
  after: ['token'],
};
const record = (id: string, text: string) =>
  `<record><header><id>${id}</id></header><text>${text}</text></record>`;
const page = (records: readonly string[], token = '<token>next</token>') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<feed>\n<date>today</date>\n<list>\n${records.join('\n')}${token}</list>\n</feed>`;

function read(bytes: Uint8Array) {
  const result = readXmlPage(bytes, shape, (node, place) => ({
    id: childText(childOf(node, 'header'), 'id'),
    text: childText(node, 'text'),
    place,
  }));
  const list = childOf(result.root, 'list');
  return { ...result, token: childText(list, 'token'), date: childText(result.root, 'date') };
}
function refusal(bytes: Uint8Array): string {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
  return 'accepted';
}
const at = (bytes: Uint8Array, place: { offset: number; length: number }) =>
  Buffer.from(bytes.subarray(place.offset, place.offset + place.length)).toString();

describe('the places of records', () => {
  it('are bytes of the page, whatever the characters', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: fc.constantFrom('a', ' ', 'é', '漢', '𝔸', '\u{1F600}', '\n'), maxLength: 12 }),
          { minLength: 1, maxLength: 8 },
        ),
        fc.boolean(),
        (texts, mark) => {
          const records = texts.map((text, index) => record(String(index), text));
          const bytes = Buffer.from((mark ? '\uFEFF' : '') + page(records));
          const result = read(bytes);
          expect(result.records.map(({ place }) => at(bytes, place))).toStrictEqual(records);
          expect(result.records.map(({ text }) => text)).toStrictEqual(texts);
        },
      ),
    );
  });

  it('are right in Latin-1 pages too', () => {
    const records = [record('1', 'caf\xe9'), record('2', 'na\xefve \x93so\x94')];
    const bytes = Buffer.from(page(records).replace('UTF-8', 'iso-8859-1'), 'latin1');
    const result = read(bytes);
    expect(result.records.map(({ text }) => text)).toStrictEqual(['café', 'naïve “so”']);
    expect(result.records.map(({ place }) => Buffer.from(at(bytes, place)).length > 0)).toStrictEqual([
      true,
      true,
    ]);
    expect(result.records[1]?.place).toStrictEqual({
      offset: bytes.lastIndexOf('<record>'),
      length: records[1]!.length,
    });
    expect(result.repairs).toStrictEqual([]);
  });
});

describe('encodings', () => {
  it('UTF-8 that is declared Latin-1 is UTF-8', () => {
    const result = read(Buffer.from(page([record('1', 'café')]).replace('UTF-8', 'ISO-8859-1')));
    expect(result).toMatchObject({ records: [{ text: 'café' }], repairs: ['encoding-label'] });
  });

  it('windows-1252 that is declared UTF-8 is repaired where nothing else is possible', () => {
    const result = read(
      Buffer.from(page([record('1', 'M\xfcller \x96 caf\xe9'), record('2', 'plain')]), 'latin1'),
    );
    expect(result).toMatchObject({
      records: [{ text: 'Müller – café' }, { text: 'plain' }],
      bad: [],
      repairs: ['windows-1252'],
    });
  });

  it.each([
    ['ISO-8859-2', 'wi\xeacej ryb w Krak\xf3w, t\xb3o', 'więcej ryb w Kraków, tło'],
    ['iso-8859-9', 'T\xfcrk\xe7e \xfeehir da\xf0lar', 'Türkçe şehir dağlar'],
    ['ISO-8859-15', 'c\xbdur \xa4 caf\xe9s', 'cœur € cafés'],
    ['windows-1250', '\x9akola, b\xedl\xfd', 'škola, bílý'],
    ['windows-1251', '\xcc\xee\xf1\xea\xe2\xe0', 'Москва'],
    ['koi8-r', '\xed\xcf\xd3\xcb\xd7\xc1', 'Москва'],
    ['cp-1252', '\x93so\x94', '“so”'],
  ])('a page that declares %s is read so, whole and piece by piece', (label, bytes, text) => {
    const records = [record('1', bytes), record('2', 'plain'), record('3', bytes)];
    const whole = Buffer.from(page(records).replace('UTF-8', label), 'latin1');
    const expected = [text, 'plain', text];
    const result = read(whole);
    expect(result).toMatchObject({ bad: [], repairs: [] });
    expect(result.records.map((each) => each.text)).toStrictEqual(expected);
    const [offset, length] = [whole.lastIndexOf('<record>'), records[2]!.length];
    expect(result.records[2]?.place).toStrictEqual({ offset, length });
    const damaged = page([...records, '<record><id>4</id>']).replace('UTF-8', label);
    const salvaged = read(Buffer.from(damaged, 'latin1'));
    expect(salvaged.records.map((each) => each.text)).toStrictEqual(expected);
    expect(salvaged.bad).toHaveLength(1);
  });

  it.each(['gb2312', 'Shift_JIS', 'x-unheard-of'])(
    'of a page that declares %s nothing is guessed',
    (label) => {
      const records = [record('1', 'M\xfcller caf\xe9'), record('2', 'plain')];
      const result = read(Buffer.from(page(records).replace('UTF-8', label), 'latin1'));
      expect(result.records.map(({ id }) => id)).toStrictEqual(['2']);
      expect(result.bad).toMatchObject([
        { code: 'ERR_XML_ENCODING', reason: expect.stringContaining(label) },
      ]);
    },
  );

  it.each([
    ['a byte that is in no encoding', 'x\xffy'],
    ['a cut UTF-8 sequence', 'caf\xc3 x'],
    ['Latin-1 beside UTF-8', 'caf\xe9 caf\xc3\xa9'],
    ['a letter that stands alone', 'x \xe9 y'],
    ['a lone continuation byte', 'x \xa9 y'],
  ])('%s is not guessed', (_name, text) => {
    const result = read(
      Buffer.from(page([record('1', 'good'), record('2', text), record('3', 'good')]), 'latin1'),
    );
    expect(result.records.map(({ id }) => id)).toStrictEqual(['1', '3']);
    expect(result.bad).toMatchObject([{ code: 'ERR_XML_ENCODING' }]);
  });

  it('a refusal leaves no trace in the next reading', () => {
    expect(refusal(Buffer.concat([Buffer.from('<feed>'), Buffer.from([0xe6, 0xbc])]))).toBe(
      'ERR_XML_TRUNCATED',
    );
    expect(read(Buffer.from(page([record('1', 'é')]))).records).toMatchObject([{ text: 'é' }]);
  });
});

/** Ways to spoil a record, and whether they can be repaired for certain. */
const damages: Readonly<
  Record<string, { readonly spoil: (text: string) => string; readonly repair?: string }>
> = {
  control: { spoil: (text) => text.replace('<text>', '<text>\x01\x0b'), repair: 'control-character' },
  ampersand: { spoil: (text) => text.replace('<text>', '<text>AT&T & '), repair: 'bare-ampersand' },
  html: { spoil: (text) => text.replace('<text>', '<text>&nbsp;'), repair: 'html-entity' },
  entity: { spoil: (text) => text.replace('<text>', '<text>&foo;') },
  mismatched: { spoil: (text) => text.replace('</text>', '</txet>') },
  unclosed: { spoil: (text) => text.replace('</text>', '') },
  recordEnd: { spoil: (text) => text.replace(/<.record>$/, '</recrod>') },
  less: { spoil: (text) => text.replace('<text>', '<text>a < b ') },
  bytes: { spoil: (text) => text.replace('<text>', '<text>\xff\xfe') },
  quote: { spoil: (text) => text.replace('<text>', '<text lang="en>') },
  header: { spoil: (text) => text.replace('</header>', '') },
};

describe('a complete page with damaged records', () => {
  it('costs exactly the damaged records, whatever and wherever the damage is', () => {
    const fired = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.constantFrom(...Object.keys(damages)), { freq: 2 }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.constantFrom('plain', 'é', '<![CDATA[</record><record><header>]]>', '<!-- </list> -->'),
        (plan, text) => {
          const records = plan.map((damage, index) => {
            const sound = record(String(index), text === 'é' ? '\xc3\xa9' : text);
            if (damage === null) return sound;
            fired.set(damage, (fired.get(damage) ?? 0) + 1);
            return damages[damage]!.spoil(sound);
          });
          const bytes = Buffer.from(page(records), 'latin1');
          const before = new Uint8Array(bytes);
          const result = read(bytes);
          const isBad = (index: number) =>
            plan[index] !== null && damages[plan[index]!]!.repair === undefined;
          expect(
            result.bad.map((piece) => /<id>(\d+)/.exec(Buffer.from(piece.bytes).toString('latin1'))?.[1]),
          ).toStrictEqual([...plan.keys()].filter(isBad).map(String));
          expect(result.records.map(({ id }) => id)).toStrictEqual(
            [...plan.keys()].filter((index) => !isBad(index)).map(String),
          );
          const repairs = new Set(
            plan.flatMap((damage) => (damage === null ? [] : (damages[damage]!.repair ?? []))),
          );
          expect(new Set(result.repairs)).toStrictEqual(repairs);
          for (const piece of result.bad)
            expect(at(bytes, piece.place)).toBe(Buffer.from(piece.bytes).toString());
          for (const { place, id } of result.records) expect(at(bytes, place)).toContain(`<id>${id}</id>`);
          expect(result).toMatchObject({ token: 'next', date: 'today' });
          expect(new Uint8Array(bytes)).toStrictEqual(before);
        },
      ),
      { numRuns: 400 },
    );
    expect([...fired.keys()].sort()).toStrictEqual(Object.keys(damages).sort());
  });

  it('shows what is no record, and does not lose the record whose opening tag is gone', () => {
    const result = read(
      Buffer.from(
        page([record('1', 'a'), record('2', 'b').replace('<record>', '<recrod>'), record('3', 'c')]),
      ),
    );
    expect(result.records.map(({ id }) => id)).toStrictEqual(['1', '3']);
    expect(result.bad.map(({ bytes }) => Buffer.from(bytes).toString().includes('<id>2</id>'))).toStrictEqual(
      [true],
    );
    const first = read(
      Buffer.from(page([record('1', 'a').replace('<record>', '<recrod>'), record('2', 'b')])),
    );
    expect(first).toMatchObject({ records: [{ id: '2' }], bad: [{ code: 'ERR_XML_MALFORMED' }] });
  });

  it('does not let a comment that was never closed swallow the records up to the next one', () => {
    const sound = (id: string) => record(id, 'x<!-- y -->');
    const unclosed = record('2', '<!-- never closed');
    const result = read(Buffer.from(page([sound('1'), unclosed, record('3', 'c'), sound('4')])));
    expect(result.records.map(({ id }) => id)).toStrictEqual(['1', '3', '4']);
    expect(result.bad).toHaveLength(1);
    // Without an end anywhere the page cannot be told from a cut one.
    expect(refusal(Buffer.from(page([sound('1'), unclosed])))).toBe('ERR_XML_TRUNCATED');
  });

  it('is refused when a CDATA section may have swallowed records, well-formed or not', () => {
    const sound = (id: string) => record(id, '<![CDATA[x]]>');
    const unclosed = record('2', '<![CDATA[never closed');
    // A parser sees two records here and no error.
    expect(refusal(Buffer.from(page([sound('1'), unclosed, record('3', 'c'), sound('4')])))).toBe(
      'ERR_XML_AMBIGUOUS',
    );
    expect(refusal(Buffer.from(page([record('0', 'a < b'), unclosed, sound('4')])))).toBe(
      'ERR_XML_AMBIGUOUS',
    );
  });

  it('takes CDATA inside CDATA as text where no record is at stake', () => {
    const text = '<![CDATA[how to write <![CDATA[x]]]]><![CDATA[>]]>';
    const whole = { id: '1', text: 'how to write <![CDATA[x]]>' };
    expect(read(Buffer.from(page([record('1', text)])))).toMatchObject({ records: [whole], bad: [] });
    expect(read(Buffer.from(page([record('1', text), record('2', 'a < b')])))).toMatchObject({
      records: [whole],
      bad: [{}],
    });
  });

  it('takes no longer than its length, whatever a hostile server repeats', () => {
    // A quadratic step would take minutes here, and the time limit of the test would stop it.
    for (const text of [
      '<!--',
      '<??>',
      '<![CDATA[',
      '<record>',
      '<record><header>',
      '</record>',
      '&',
      '<a:',
      '<a>',
    ]) {
      const flood = text.repeat(40_000);
      for (const body of [
        flood,
        `${page([])}${flood}`,
        `${flood}${page([])}`,
        page([record('1', flood)]),
        page([record('1', `${flood}-->]]>`)]),
      ]) {
        expect(refusal(Buffer.from(body))).toMatch(/^(ERR_XML_|accepted)/);
      }
    }
  });

  it('keeps records that hold elements of their own name', () => {
    const nested = record('1', 'x').replace('<text>', '<m:record><m:leader/></m:record><text>');
    const result = read(Buffer.from(page([nested, record('2', 'a < b'), nested.replace('<id>1', '<id>3')])));
    expect(result.records.map(({ id }) => id)).toStrictEqual(['1', '3']);
    expect(result.bad).toHaveLength(1);
  });

  it('drops notices printed around the document', () => {
    const sound = page([record('1', 'a')]);
    for (const text of [
      `Warning: x in y.php\n${sound}`,
      `<br />\n<b>Notice</b>: x\n${sound}`,
      `${sound}\nFatal error: z`,
    ]) {
      expect(read(Buffer.from(text))).toMatchObject({
        records: [{ id: '1' }],
        token: 'next',
        repairs: ['outside-text'],
      });
    }
    expect(read(Buffer.from(`\n ${sound}`))).toMatchObject({ records: [{ id: '1' }], repairs: [] });
  });

  it('is refused when what surrounds the records is damaged', () => {
    const text = page([record('1', 'a')]);
    expect(refusal(Buffer.from(text.replace('<token>next</token>', '<token>ne<xt</token>')))).toBe(
      'ERR_XML_MALFORMED',
    );
    expect(refusal(Buffer.from(text + text.slice(text.indexOf('<feed>'))))).toBe('ERR_XML_SECOND_ROOT');
  });
});

describe('a cut page', () => {
  it('is refused at every byte, though its texts look like its end and its records are damaged', () => {
    const hostile = [
      '<![CDATA[</text></record></list></feed>]]>',
      '<!-- </list></feed> -->',
      'a & b',
      '&lt;/feed&gt;',
      '\x01',
      'a < b',
    ];
    const bytes = Buffer.from(page(hostile.map((text, index) => record(String(index), text))));
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length)), `cut at ${length}`).not.toBe('accepted');
    }
  });

  it('is not mistaken for something else', () => {
    expect(refusal(Buffer.from(''))).toBe('ERR_XML_EMPTY');
    expect(refusal(Buffer.from('null'))).toBe('ERR_XML_NOT_XML');
    expect(refusal(Buffer.from('broken xml'))).toBe('ERR_XML_NOT_XML');
    expect(refusal(Buffer.from('<html><body>x<br></body></html>'))).toBe('ERR_XML_HTML');
    expect(refusal(Buffer.from('<rss/>'))).toBe('ERR_XML_ROOT');
    expect(refusal(Buffer.from(page([]).replace('<feed>', '<!DOCTYPE feed [<!ENTITY a "b">]><feed>')))).toBe(
      'ERR_XML_DTD',
    );
  });
});
