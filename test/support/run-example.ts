/** Makes a program of an example that every supported Node runs: without types, and with the built library as `tapline`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const ROOT = new URL('../../', import.meta.url);

/** @returns the path of the program. It lies inside the package, so that `tapline` is the package itself. */
export async function compileExample(name: string): Promise<string> {
  const { code } = await transform(readFileSync(new URL(`examples/${name}.ts`, ROOT), 'utf8'), { loader: 'ts' });
  const program = new URL(`build/programs/${name}.mjs`, ROOT);
  mkdirSync(new URL('.', program), { recursive: true });
  writeFileSync(program, code);
  return fileURLToPath(program);
}
