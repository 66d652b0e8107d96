import type { Kind } from '../../upstream/simulator.ts';
import type { Row } from '../row.ts';
import { dayRows, kindRows, odditiesRows } from './elsewhere.ts';
import { titleRows } from './titles.ts';
import { changeRows } from './changes.ts';
import { damageRows } from './damage.ts';
import { circleRows, endingRows, omissionRows, staleRows } from './lists.ts';
import { measuredRows } from './measured.ts';
import { instanceRows, killRows } from './restarts.ts';
import { restampRows } from './restamp.ts';
import { blockRows, refusalRows, waitRows } from './throttling.ts';
import { cutRows, outageRows, silenceRows, tokenRows } from './wire.ts';

/** Every row of the matrix, in the order in which it is printed. */
export function allRows(): readonly Row[] {
  const kind: Kind = 'oai-pmh';
  return [
    ...measuredRows(kind),
    ...tokenRows(kind),
    ...refusalRows(kind),
    ...waitRows(kind),
    ...blockRows(kind),
    ...silenceRows(kind),
    ...cutRows(kind),
    ...endingRows(kind),
    ...omissionRows(kind),
    ...staleRows(kind),
    ...restampRows(),
    ...killRows(kind),
    ...damageRows(kind),
    ...circleRows(kind),
    ...changeRows(),
    ...instanceRows(kind),
    ...outageRows(kind),
    ...odditiesRows(kind),
    ...kindRows(),
    ...dayRows(),
    ...titleRows(),
  ];
}
