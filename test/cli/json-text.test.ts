import { expect, test } from 'vitest';
import { jsonText } from '../../src/cli/json-text.ts';

test('is JSON of the same value, without anything that a terminal acts on', () => {
  const value = { name: 'a\u001b[31m\u009b31m\u202eb', list: [1, null], text: 'ü日本' };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain('ü日本');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
});
