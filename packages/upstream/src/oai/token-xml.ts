import type { TokenElement } from '../page.ts';
import { escapeXml } from '../text/escape.ts';

/** The element as it is printed. */
export function tokenXml(token: TokenElement): string {
  if (token.kind === 'absent') return '';
  const attributes = Object.entries(token.attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('');
  if (token.kind === 'empty') return `<resumptionToken${attributes}/>\n`;
  return `<resumptionToken${attributes}>${escapeXml(token.text)}</resumptionToken>\n`;
}
