import type { AuditRun } from '../../model/audit.ts';
import type { Item } from '../../model/item.ts';
import type { IdentifierInventory } from '../../sources/inventory.ts';
import type { AuditPage, AuditPorts } from '../port.ts';
import { countStep } from './count-step.ts';
import { densityStep } from './density-step.ts';
import { drawSample } from './draw-sample.ts';
import { newsOf, rowsNotHere } from './news.ts';
import { progressOf } from './progress.ts';
import type { AuditEvent, PageEvent } from './event.ts';

/** Does what the step wants, with at most one request where all is well. @throws as a fetch */
export async function nextEvent(run: AuditRun, ports: AuditPorts): Promise<AuditEvent> {
  const { step, turn, spent } = progressOf(run);
  const left = run.budget - spent + 1;
  switch (step.at) {
    case 'sweep': {
      const range = step.todo[0] ?? run.range;
      const listing = 2 * turn + (step.again ? 1 : 0);
      const page = await ports.page({ stream: null, range, turn: listing }, step.cursor, left);
      const news = await newsOf(owedItems(page, run), ports);
      const { missing, stored } = news.length === 0 ? { missing: 0, stored: 0 } : await page.keep(news);
      return { type: 'page', page: told(page), missing: missing + stored };
    }
    case 'density':
      return densityStep(run, step, inventoryOf(ports), ports, left);
    case 'counts':
      return countStep(run, step, ports, left);
    case 'sample':
      return drawSample(run, ports);
    case 'walk': {
      const { stream, range, cursor } = step;
      const page = await ports.page({ stream, range, turn: turn % 2 === 0 ? 2 : 1 }, cursor, left);
      const absent = await rowsNotHere(page.items, ports);
      const { stored } = await page.keep(page.items);
      // Links to journals are no rows: whether one was new is known by the commit alone.
      const links = page.items.some(({ type }) => type === 'journal') ? stored : 0;
      return { type: 'page', page: told(page), missing: Math.max(absent, links) };
    }
    case 'repairs':
      return { type: 'repaired', left: await gapsSince(run, ports) };
    case 'ended':
      throw new TypeError('an audit that has ended asks nothing');
  }
}

function inventoryOf({ source }: AuditPorts): IdentifierInventory {
  if (source.inventory?.method !== 'identifiers')
    throw new TypeError(`source ${source.id} lists no identifiers`);
  return source.inventory;
}

function told({ items: _items, keep: _keep, mended: _mended, ...page }: AuditPage): PageEvent['page'] {
  return page;
}

/**
 * What a list of closed days says within them. A stamp beyond their end is a slip of the list: that the record exists
 * is all it proves. What has white space in it is no identifier where the page was mended.
 */
function owedItems({ items, mended }: AuditPage, { range }: AuditRun): readonly Item[] {
  return items
    .filter(({ id, datestamp }) => datestamp >= range.from && !(mended && /\s/.test(id)))
    .map((item) => (item.datestamp < range.to ? item : { ...item, datestamp: range.from }));
}

async function gapsSince({ source, startedAt }: AuditRun, { store }: AuditPorts): Promise<number> {
  const gaps = await store.gaps(source);
  return gaps.filter(({ id, state, since }) => id !== null && state === 'open' && since >= startedAt).length;
}
