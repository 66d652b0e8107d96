import type { z } from 'zod';
import type { ConfigErrorCode, ConfigProblem } from './config-error.ts';
import { configError } from './config-error.ts';
import { nearest } from './edit-distance.ts';
import type { FileConfig } from './schema.ts';
import { fileSchema, KNOWN_KEYS } from './schema.ts';

/**
 * Checks the content of a configuration, whose single values may come from elsewhere than the file.
 * @param whereOf tells where the value of a key comes from.
 * @throws HoldfastError `ERR_CONFIG_UNKNOWN_KEY`, `ERR_CONFIG_FLOOR`, `ERR_CONFIG_INVALID`.
 */
export function checkFile(content: unknown, whereOf: (key: string) => string): FileConfig {
  const { success, data, error } = fileSchema.safeParse(content, { reportInput: true });
  if (success) return data;
  throw configError(error.issues.flatMap((issue) => problemsOf(issue, whereOf)));
}

function problemsOf(issue: z.core.$ZodIssue, whereOf: (key: string) => string): ConfigProblem[] {
  const key = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((unknown) => {
      const full = key === '' ? unknown : `${key}.${unknown}`;
      return {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        key: full,
        problem: unknownKey(unknown, issue.path),
        where: whereOf(full),
      };
    });
  }
  const code = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return [
    { code: isCode(code) ? code : 'ERR_CONFIG_INVALID', key, problem: sentence(issue), where: whereOf(key) },
  ];
}

function isCode(code: unknown): code is ConfigErrorCode {
  return code === 'ERR_CONFIG_FLOOR';
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const last = [...path].reverse().find((part) => typeof part === 'string');
  const known = KNOWN_KEYS[last ?? ''] ?? KNOWN_KEYS[''] ?? [];
  const meant = nearest(key, known);
  return `is not a known key${meant === undefined ? ` (known: ${known.join(', ')})` : `; did you mean "${meant}"`}`;
}

/** The library's sentences begin with a capital and speak of "input"; ours continue the name of the key. */
function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? `is missing (${issue.expected})` : `must be of type ${issue.expected}`;
  }
  const text = issue.message.replace(/\.$/, '');
  return /^[A-Z]/.test(text) ? `is not valid: ${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
