import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The built command line. */
export const holdfast = at('../../packages/holdfast/bin/holdfast.js');
/** The built supervisor, as services start it. */
export const supervisor = at('../../packages/holdfast/dist/daemon/supervise.cjs');
/** What is loaded into the engine to listen to it. */
export const engineHook = new URL('./engine-hook.ts', import.meta.url).href;
/** The package `oai-pmh` as a process. */
export const oaiPmhPeer = at('./peers/oai-pmh.ts');
/** Catmandu::OAI as a process. */
export const catmanduPeer = at('./peers/catmandu.pl');
/** Records as JSON lines, as a process. */
export const jsonlPeer = at('./peers/jsonl.ts');
/** Where the competitors are installed. */
export const competitors = at('../node_modules');
