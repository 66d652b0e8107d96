export { arxivSource } from './arxiv-source.ts';
export type { ArxivOptions } from './arxiv-source.ts';
