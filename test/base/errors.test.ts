/** Error codes: the list holds exactly the codes that are thrown. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { nodeCodeOf, StackError } from '../../src/base/errors.ts';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const LIST = 'base/errors.ts';

test('every code of the list is thrown somewhere', () => {
  const listed = [...readFileSync(SOURCE + LIST, 'utf8').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code);
  expect(listed.length).toBeGreaterThan(40);
  expect(new Set(listed).size).toBe(listed.length);
  const names = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  const texts = names
    .filter((name) => name.endsWith('.ts') && name !== LIST)
    .map((name) => readFileSync(SOURCE + name, 'utf8'))
    .join('\n');
  expect(listed.filter((code) => !texts.includes(`'${code}'`))).toEqual([]);
});

test('the code of errors from Node, and of no other value', () => {
  expect(nodeCodeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(nodeCodeOf(new StackError('BUSY', 'x'))).toBe('BUSY');
  expect([new Error('x'), { code: 'ENOENT' }, undefined].map(nodeCodeOf)).toEqual([undefined, undefined, undefined]);
});
