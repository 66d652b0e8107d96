export { holdfastSource } from './holdfast-source.ts';
export type { HoldfastOptions } from './holdfast-source.ts';
