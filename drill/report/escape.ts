/** Characters that XML 1.0 cannot hold, in any form. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of anybody as text of a page or of XML, also inside a quoted attribute. */
export function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, '\uFFFD')
    .replace(/[&<>"']/g, (each) => NAMES[each] ?? each)
    .replace(/[\t\n\r]/g, (each) => `&#${String(each.charCodeAt(0))};`);
}
