export { oaiPmhSource } from './oai-pmh-source.ts';
export type { OaiPmhOptions } from './oai-pmh-source.ts';
