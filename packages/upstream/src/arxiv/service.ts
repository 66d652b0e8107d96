import { OaiError } from '../oai/envelope.ts';
import type { Service } from '../page.ts';
import { arxivApi } from './api.ts';
import { arxivOai, arxivOaiError, type ArxivOaiParts } from './oai.ts';
import { arxivRss } from './rss.ts';

/** arXiv: OAI at `/oai`, query API at `/api/query`, RSS at `/rss/…`. */
export function arxivService(parts: ArxivOaiParts): Service {
  return {
    verb: (path, params) => {
      if (path === '/oai') return params['verb'] ?? 'none';
      if (path === '/api/query') return 'api';
      return path.startsWith('/rss/') ? 'rss' : 'none';
    },
    answer: (call, pageSize) => {
      if (call.path === '/oai') return arxivOai(parts, call, pageSize);
      if (call.path === '/api/query') return arxivApi(parts.corpus, call);
      if (call.path.startsWith('/rss/')) return arxivRss(parts.corpus, call);
      return {
        type: 'text',
        status: 404,
        contentType: 'text/plain',
        cache: 'none',
        rows: [],
        text: 'Not Found',
      };
    },
    reject: (call, code, message) => arxivOaiError(call, new OaiError(code, message)),
  };
}
