import type { JudgedDay } from '../../../audit/report/index.ts';
import { weekdayOf } from '../../../model/day.ts';
import { Html, html } from '../../../markup/html.ts';
import { grouped } from '../../status/quantities.ts';

/** Distance of two days in the picture, and the side of one. */
const STEP = 11;
const SIDE = 9;
/** Room for the names of the months. */
const HEAD = 11;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** So many days of a year that are not complete say in words why, when they are pointed at. */
const TOLD = 60;

/** The years of a source, newest first: each a row of weeks that begin on Monday. */
export function calendar(days: readonly JudgedDay[]): Html {
  const years = Map.groupBy(days, ({ day }) => day.slice(0, 4));
  const newestFirst = [...years].toSorted(([a], [b]) => (a < b ? 1 : -1));
  return html`<ol class="years" reversed>
    ${newestFirst.map(([year, of]) => yearRow(year, of))}
  </ol>`;
}

/** The kinds of days in a picture, told apart by shape and not by colour alone. */
type Kind = 'ok' | 'wait' | 'gap' | 'new';

/** One day as a picture, for the legend. */
export function keyOf(kind: Kind): Html {
  return html`<svg viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true">${drawn(kind, [{ x: 0, y: 0 }])}</svg>`;
}

function yearRow(year: string, days: readonly JudgedDay[]): Html {
  const count = (verdict: JudgedDay['verdict']): number =>
    days.filter((day) => day.verdict === verdict).length;
  const complete = `${grouped(count('complete'))} of ${grouped(days.length)} days`;
  const records = days.reduce((sum, day) => sum + day.records, 0);
  const label = `${year}: ${complete} complete, ${grouped(count('pending'))} pending, ${grouped(count('gap'))} with a gap`;
  return html`<li>
    <p class="year">
      <b>${year}</b> <span>${complete}</span><br />
      <span>${grouped(records)} records</span>
    </p>
    <svg viewBox="0 0 ${53 * STEP + SIDE} ${HEAD + 7 * STEP}" role="img" aria-label="${label}">
      ${picture(year, days)}
    </svg>
  </li>`;
}

function picture(year: string, days: readonly JudgedDay[]): Html {
  const offset = (weekdayOf(`${year}-01-01`) + 6) % 7;
  const first = Date.parse(`${year}-01-01T00:00:00Z`);
  const placeOf = (day: string): Place => {
    const nth = Math.round((Date.parse(`${day}T00:00:00Z`) - first) / 86_400_000) + offset;
    return { x: Math.floor(nth / 7) * STEP, y: HEAD + (nth % 7) * STEP };
  };
  const byKind = Map.groupBy(days, kindOf);
  const shapes = [...byKind].map(([kind, of]) =>
    drawn(
      kind,
      of.map(({ day }) => placeOf(day)),
    ),
  );
  const reasons = days.filter(({ verdict, due }) => due && verdict !== 'complete').slice(0, TOLD);
  const titles = reasons.map(({ day, verdict, reason }) => {
    const { x, y } = placeOf(day);
    return html`<rect x="${x}" y="${y}" width="${SIDE}" height="${SIDE}" fill="transparent"
      ><title>${day}: ${verdict}. ${reason}</title></rect
    >`;
  });
  const names = MONTHS.map((name, month) => {
    const { x } = placeOf(`${year}-${String(month + 1).padStart(2, '0')}-01`);
    return html`<text x="${x}" y="8">${name}</text>`;
  });
  return html`<g class="months" aria-hidden="true">${names}</g>${shapes}${titles}`;
}

function kindOf({ verdict, due }: JudgedDay): Kind {
  if (verdict === 'complete') return 'ok';
  if (verdict === 'gap') return 'gap';
  return due ? 'wait' : 'new';
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** All days of a kind as one path: thousands of days stay small. */
function drawn(kind: Kind, places: readonly Place[]): Html {
  const path = (shape: (place: Place) => string): Html => new Html(places.map(shape).join(''));
  const square = ({ x, y }: Place): string => `M${String(x)} ${String(y)}h${SIDE}v${SIDE}h-${SIDE}z`;
  switch (kind) {
    case 'ok':
      return html`<path class="ok" d="${path(square)}" />`;
    case 'new': {
      const inner = ({ x, y }: Place): string =>
        `M${String(x + 1)} ${String(y + 1)}h${SIDE - 2}v${SIDE - 2}h-${SIDE - 2}z`;
      return html`<path class="new" d="${path(inner)}" />`;
    }
    case 'wait': {
      const hole = ({ x, y }: Place): string => `M${String(x + 3)} ${String(y + 3)}h3v3h-3z`;
      return html`<path class="wait" d="${path(square)}" /><path class="dot" d="${path(hole)}" />`;
    }
    case 'gap': {
      const cross = ({ x, y }: Place): string => `M${String(x + 2)} ${String(y + 2)}l5 5m0-5l-5 5`;
      return html`<path class="gap" d="${path(square)}" /><path class="cross" d="${path(cross)}" />`;
    }
  }
}
