/** HTML that is safe to send: made by `html` alone, which escapes everything that is not HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers are escaped; null is nothing. */
export type HtmlValue = string | number | Html | null | readonly Html[];

/** A template: every value is escaped unless it is HTML already. Safe as content and inside quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += textOf(value) + (parts[index + 1] ?? '');
  });
  return new Html(text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Marks of direction could make a text pretend to be another one; control characters are no text. */
const UNSAFE =
  /[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text as content of an element or of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => ENTITIES[character] ?? '\ufffd');
}

function textOf(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(value);
  let joined = '';
  for (const each of value) joined += each.text;
  return joined;
}
