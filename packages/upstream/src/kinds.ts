import { ArxivCorpus } from './arxiv/corpus.ts';
import { arxivService } from './arxiv/service.ts';
import { PreprintCorpus } from './biorxiv/corpus.ts';
import { preprintService } from './biorxiv/service.ts';
import type { Corpus } from './corpus/corpus.ts';
import { UpstreamError } from './errors.ts';
import type { UpstreamOptions } from './options.ts';
import type { Service } from './page.ts';
import { RepositoryCorpus } from './repository/corpus.ts';
import { repositoryService } from './repository/service.ts';

/** A service and the corpus that it serves. */
export interface Made {
  readonly corpus: Corpus;
  readonly service: Service;
  readonly basePath: string;
  readonly pageSize: number;
}

/** Puts together what the options ask for. @throws UpstreamError with ERR_UPSTREAM_OPTION */
export function make(options: UpstreamOptions, seed: number): Made {
  const {
    kind,
    recordBytes = 1200,
    pageSize = { arxiv: 2500, biorxiv: 30, medrxiv: 30, 'oai-pmh': 100 }[kind],
  } = options;
  const spread = {
    seed,
    records: options.records ?? 1000,
    days: options.days ?? 20,
    now: options.now() / 1000,
    oneStamp: options.oneStamp ?? 0,
  };
  if (kind === 'arxiv') {
    const corpus = new ArxivCorpus(spread, recordBytes);
    return { corpus, pageSize, basePath: '/oai', service: arxivService({ corpus, seed, pageSize }) };
  }
  if (kind === 'oai-pmh') {
    const { granularity = 'seconds', sets = 0, tokenTtl = 3_600_000 } = options;
    const corpus = new RepositoryCorpus(spread, { recordBytes, granularity, sets });
    return {
      corpus,
      pageSize,
      basePath: '/oai',
      service: repositoryService({ corpus, seed, pageSize, granularity, sets, tokenTtl }),
    };
  }
  if ((options.restamp ?? 0) > 0 || (options.oneStamp ?? 0) > 0) {
    throw new UpstreamError(
      'ERR_UPSTREAM_OPTION',
      `${kind} has no modification stamp`,
      'leave out restamp and oneStamp',
    );
  }
  const corpus = new PreprintCorpus(kind, spread, recordBytes);
  return {
    corpus,
    pageSize,
    basePath: '',
    service: preprintService({ corpus, seed, pageSize, inflateTotal: options.inflateTotal ?? 0 }),
  };
}
