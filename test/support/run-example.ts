/** Turns an example into a program that every supported Node runs: without types, and with the sources as `tapline`. @module */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../../', import.meta.url);

/** Bundles `examples/NAME.ts` and returns the path of the program. It lies inside the package, next to its dependencies. */
export async function compileExample(name: string): Promise<string> {
  const program = fileURLToPath(new URL(`build/programs/${name}.mjs`, ROOT));
  await build({
    entryPoints: [fileURLToPath(new URL(`examples/${name}.ts`, ROOT))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfig: fileURLToPath(new URL('tsconfig.json', ROOT)), // its `paths` lead from `tapline` to the sources
    external: ['koffi', 'raw-socket'],
    logLevel: 'error',
  });
  return program;
}
