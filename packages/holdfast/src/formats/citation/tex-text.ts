/** How characters that mean something to TeX are written, so that they mean themselves; braces stay balanced. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  $: '\\$',
  '%': '\\%',
  '&': '\\&',
  '#': '\\#',
  _: '\\_',
};

const SPECIAL = /[\\{}~^$%&#_]/g;

/** Commands of a formula that stand alone ... */
const SYMBOLS =
  'alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|pi|varpi|rho|varrho|' +
  'sigma|tau|upsilon|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega|infty|ell|' +
  'hbar|partial|nabla|times|cdot|pm|mp|leq|geq|le|ge|neq|approx|sim|simeq|equiv|to|rightarrow|leftarrow|mapsto|in|' +
  'subset|cup|cap|oplus|otimes|sum|prod|int|langle|rangle|ldots|cdots|prime|ast|star|circ|dagger|odot|gtrsim|lesssim';
/** ... and those that take one group. */
const WITH_GROUP = 'mathrm|mathbf|mathcal|mathbb|mathfrak|mathsf|bar|hat|tilde|vec|overline|sqrt';
const PIECE = String.raw`[A-Za-z0-9 +\-=<>()[\],.;:!'|/*]|\\(?:${SYMBOLS})(?![A-Za-z])|\\(?:${WITH_GROUP})(?=\{)`;
const FORMULA = new RegExp(String.raw`\$(?:${PIECE}|[{}]|[\^_](?=[A-Za-z0-9\\{+*-]))+\$`, 'y');

/**
 * Text for a field in braces. Everything stands for itself, whatever it is: hostile commands, `%`, lone braces. Only a
 * simple formula (`$\Lambda_c^+$`: letters, signs and known commands, braces in pairs) is left to be typeset.
 */
export function texText(text: string): string {
  let written = '';
  let at = 0;
  SPECIAL.lastIndex = 0;
  for (let found = SPECIAL.exec(text); found !== null; found = SPECIAL.exec(text)) {
    const [letter] = found;
    const formula = formulaAt(text, found.index);
    written += text.slice(at, found.index) + (formula ?? ESCAPES[letter] ?? letter);
    at = found.index + (formula ?? letter).length;
    SPECIAL.lastIndex = at;
  }
  return at === 0 ? text : written + text.slice(at);
}

function formulaAt(text: string, at: number): string | null {
  if (text[at] !== '$') return null;
  FORMULA.lastIndex = at;
  const found = FORMULA.exec(text)?.[0] ?? null;
  return found !== null && isBalanced(found) ? found : null;
}

function isBalanced(formula: string): boolean {
  let depth = 0;
  for (const letter of formula) {
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
