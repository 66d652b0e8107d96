import { boundaries } from './boundaries-rule.ts';
import { docstrings } from './docstrings-rule.ts';
import { realWorld } from './real-world-rule.ts';

/** The rules of this repository that no linter ships. oxlint asks for a default export. */
const plugin = {
  meta: { name: 'holdfast' },
  rules: { boundaries, docstrings, 'real-world': realWorld },
};

export default plugin;
