export { SourceAuditor } from './source-auditor.ts';
export type { AuditorOptions } from './source-auditor.ts';
