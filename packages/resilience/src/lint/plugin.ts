import type { Rule } from './ast.ts';
import { unprotectedOperation } from './unprotected-operation.ts';

/** A plugin as ESLint 9 and later (flat configuration) and oxlint (`jsPlugins`) take it. */
export interface Plugin {
  readonly meta: { readonly name: string };
  readonly rules: Readonly<Record<string, Rule>>;
  readonly configs: {
    /** Switches every rule on; the plugin is called `holdfast` in it. */
    readonly recommended: {
      readonly name: string;
      readonly plugins: Readonly<Record<string, Plugin>>;
      readonly rules: Readonly<Record<string, 'error'>>;
    };
  };
}

/** Rules for programs that use drivers. */
export const plugin: Plugin = {
  meta: { name: 'holdfast' },
  rules: { 'unprotected-operation': unprotectedOperation },
  configs: {
    recommended: {
      name: 'holdfast/recommended',
      get plugins() {
        return { holdfast: plugin };
      },
      rules: { 'holdfast/unprotected-operation': 'error' },
    },
  },
};
