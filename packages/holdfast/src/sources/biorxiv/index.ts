export { biorxivSource } from './biorxiv-source.ts';
export type { BiorxivOptions } from './biorxiv-source.ts';
export type { PreprintServer } from './requests.ts';
