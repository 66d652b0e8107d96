export type { Rule } from './ast.ts';
// oxlint-disable-next-line import/no-default-export -- linters load a plugin by its default export
export { plugin, plugin as default } from './plugin.ts';
export type { Plugin } from './plugin.ts';
export type { Options as UnprotectedOperationOptions } from './settings.ts';
