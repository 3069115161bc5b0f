/** Compiles examples for every supported Node: without types, and with the sources as `tapline`. @module */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../../', import.meta.url);

/** Bundles `examples/NAME.ts`. @returns the path of the program, inside the package so that it finds its dependencies */
export async function compileExample(name: string): Promise<string> {
  const program = fileURLToPath(new URL(`build/programs/${name}.mjs`, ROOT));
  await build({
    entryPoints: [fileURLToPath(new URL(`examples/${name}.ts`, ROOT))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfig: fileURLToPath(new URL('tsconfig.json', ROOT)), // its `paths` map `tapline` to the sources
    external: ['koffi', 'raw-socket'],
    logLevel: 'error',
  });
  return program;
}
