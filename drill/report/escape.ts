/** Characters that XML 1.0 cannot hold, in any form. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that turn the direction of what follows: a text could show itself as another one. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;

/** Text of anybody as text of a page or of XML, also inside a quoted attribute. */
export function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, '\uFFFD')
    .replace(TURNING, '\uFFFD')
    .replace(/[&<>"']/g, (each) => NAMES[each] ?? each)
    .replace(/[\t\n\r]/g, (each) => `&#${String(each.charCodeAt(0))};`);
}
