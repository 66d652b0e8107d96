const DELIMITER = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

interface Found {
  time?: readonly [number, number, number];
  day?: number;
  month?: number;
  year?: number;
}

/**
 * The date of a cookie's Expires attribute in ms since the epoch, or null when it is none. Follows RFC 6265, 5.1.1,
 * which is far more lenient than the dates of other headers.
 */
export function parseCookieDate(text: string): number | null {
  const found: Found = {};
  for (const token of text.split(DELIMITER)) readToken(token, found);
  const { time, day, month, year } = found;
  if (time === undefined || day === undefined || month === undefined || year === undefined) return null;
  const [hour, minute, second] = time;
  if (day < 1 || day > 31 || year < 1601 || hour > 23 || minute > 59 || second > 59) return null;
  const at = new Date(Date.UTC(year, month, day, hour, minute, second));
  return at.getUTCDate() === day ? at.getTime() : null;
}

/** Each token is the first thing that is still missing and that it can be: time, day, month, year. */
function readToken(token: string, found: Found): void {
  const time = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/.exec(token);
  if (found.time === undefined && time !== null) {
    found.time = [Number(time[1]), Number(time[2]), Number(time[3])];
    return;
  }
  const day = /^(\d{1,2})(?:\D|$)/.exec(token);
  if (found.day === undefined && day !== null) {
    found.day = Number(day[1]);
    return;
  }
  const month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
  if (found.month === undefined && month >= 0) {
    found.month = month;
    return;
  }
  const year = /^(\d{2,4})(?:\D|$)/.exec(token);
  if (found.year === undefined && year !== null) found.year = fullYear(Number(year[1]));
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1_900;
  return year <= 69 ? year + 2_000 : year;
}
