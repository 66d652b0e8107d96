import { parseArxivId } from '../../identity/arxiv-id.ts';
import type { Item } from '../../model/item.ts';
import type { Answer } from '../../transport/port.ts';
import { childrenOf, childText, readXmlDocument, XmlError } from '../../xml/index.ts';
import type { XmlNode } from '../../xml/index.ts';
import { judgeStatus, type StatusRules } from '../oai-pmh/index.ts';
import type { Reading } from '../port.ts';

/**
 * Judges a feed of arXiv's query API by its whole content. An error is a feed too, of one entry titled `Error`, under
 * any status; what does not exist is simply absent; a feed with fewer entries than it announces is none.
 */
export function readArxivFeed(rules: StatusRules, answer: Answer, answeredBefore: boolean): Reading {
  const verdict = judgeStatus(rules, answer, answeredBefore);
  if (verdict.stop) return verdict.reading;
  try {
    const feed = readXmlDocument(answer.body);
    if (feed.name !== 'feed') throw new XmlError('ERR_XML_ROOT', `<${feed.name}> is no feed.`);
    return readFeed(feed) ?? verdict.otherwise ?? broken('The feed names no number of results.');
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return verdict.otherwise ?? { type: 'broken', code: error.code, detail: error.message };
  }
}

function readFeed(feed: XmlNode): Reading | null {
  const entries = childrenOf(feed, 'entry');
  const failure = entries.find((entry) => /\/api\/errors/.test(childText(entry, 'id') ?? ''));
  if (failure !== undefined) {
    const detail = (childText(failure, 'summary') ?? 'an error without a text').trim().slice(0, 200);
    return { type: 'refused', cause: 'request', detail };
  }
  const announced = numberOf(childText(feed, 'totalResults'));
  if (announced === null) return null;
  if (entries.length !== announced)
    return broken(`The feed announces ${String(announced)} results and holds ${String(entries.length)}.`);
  const items = entries.map(readEntry);
  const unread = items.findIndex((item) => item === null);
  if (unread !== -1) return broken(`Entry ${String(unread + 1)} of the feed has no identifier or date.`);
  return {
    type: 'page',
    items: items.filter((item) => item !== null),
    bad: [],
    end: 'proved',
    next: null,
    serverDate: null,
    announced,
    count: entries.length,
    repairs: [],
  };
}

/** A paper of the feed, with the day of its latest version. */
function readEntry(entry: XmlNode): Item | null {
  const id = parseArxivId(childText(entry, 'id') ?? '')?.id ?? null;
  const updated = (childText(entry, 'updated') ?? '').trim();
  if (id === null || Number.isNaN(Date.parse(updated)) || !/^\d{4}-\d{2}-\d{2}T/.test(updated)) return null;
  return { type: 'listed', id, datestamp: updated.slice(0, 10), place: null };
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

function broken(detail: string): Reading {
  return { type: 'broken', code: 'ERR_ARXIV_FEED', detail };
}
