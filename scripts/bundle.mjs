/**
 * Makes `dist/cli`, the command-line program, out of `src/cli`: a file for each command, and one with all of them, each with
 * all that it needs but the native packages, wrapped in a function that `src/cli/launch.ts` calls. @module
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './build-if-needed.mjs';

const OUTPUT = join(ROOT, 'dist', 'cli');

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  charset: 'ascii', // a file of single bytes: read without decoding
  minifyWhitespace: true,
  minifySyntax: true,
  external: ['koffi', 'raw-socket'],
  supported: { 'dynamic-import': false }, // becomes a require(): V8's code cache wants plain scripts
};

/**
 * Replacements of modules that are expensive to load: string-width creates an Intl.Segmenter (20 ms), which ASCII text does not
 * need; Node's assert loads streams and colours, its module the loader of ES modules. `src/cli/launch.ts` delays others.
 */
const LAZY_MODULES = {
  'string-width': `
    let measure;
    export default function stringWidth(text, options) {
      if (/^[ -~]*$/.test(text)) return text.length;
      measure ??= require('string-width').default;
      return measure(text, options);
    }`,
  'node:module': 'export const createRequire = () => require;',
  assert: `
    const verify = (isGood, message) => { if (!isGood) throw new Error(message); };
    export const strictEqual = (one, other, message) => verify(Object.is(one, other), message);
    export const notStrictEqual = (one, other, message) => verify(!Object.is(one, other), message);`,
};

const LAZY = {
  name: 'lazy',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(string-width|assert|node:module)$/ }, ({ path, kind, resolveDir }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'lazy', pluginData: { resolveDir } },
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path, pluginData }) => ({
      contents: LAZY_MODULES[path],
      resolveDir: pluginData.resolveDir,
    }));
  },
};

async function bundleText(options) {
  const { outputFiles, metafile } = await build({ ...COMMON, ...options });
  return { text: outputFiles[0].text, metafile };
}

/** The licences of the packages that became part of the program. */
function licences(metafile) {
  const folders = new Set(
    Object.keys(metafile.inputs).map((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]),
  );
  folders.delete(undefined);
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
      const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[sc]e/i.test(entry));
      return `${name} ${version}\n\n${readFileSync(join(ROOT, folder, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

function entry(contents) {
  return { contents, resolveDir: join(ROOT, 'src/cli'), loader: 'ts' };
}

/** Returns `supportBundle` for `support-bundle`. */
function identifier(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** @returns the file's name, which tells its content */
async function writeProgram(name, input) {
  const program = await bundleText({
    ...input,
    metafile: true,
    define: {
      TAPLINE_VERSION: JSON.stringify(version),
      'import.meta.url': 'programUrl',
      SAVE_CODE_CACHE: 'saveCodeCache',
      'process.stdout.columns': 'undefined', // of yargs, which looks before it is told; Node would make a stream
    },
    plugins: [LAZY],
    banner: { js: '(function(require,programUrl,saveCodeCache){' },
    footer: { js: '})' },
  });
  const digest = createHash('sha256').update(program.text).digest('hex').slice(0, 16);
  const file = `${name}-${digest}.js`;
  writeFileSync(join(OUTPUT, file), program.text);
  return { file, metafile: program.metafile };
}

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT, { recursive: true });
const main = await writeProgram('main', { entryPoints: ['src/cli/main.ts'] });
const programs = { main: main.file };
for (const name of readdirSync(join(ROOT, 'src/cli/commands')).map((file) => file.replace(/\.ts$/, ''))) {
  const program = await writeProgram(name, {
    stdin: entry(`
      import { ${identifier(name)}Command } from './commands/${name}.ts';
      import { runProgram } from './program.ts';
      void runProgram([${identifier(name)}Command]);`),
  });
  programs[name] = program.file;
}
const thread = await bundleText({
  stdin: entry(`
    import { runCaptureThread } from './capture/capture-thread.ts';
    void runCaptureThread();`),
  define: { TAPLINE_VERSION: JSON.stringify(version), 'import.meta.url': '__filename' },
  plugins: [LAZY],
});
const guard = await bundleText({
  entryPoints: ['src/configure/guard-program.ts'],
  define: { 'import.meta.url': '__filename' },
  plugins: [LAZY],
});
const launcher = await bundleText({
  entryPoints: ['src/cli/launch.ts'],
  define: { PROGRAMS: JSON.stringify(programs) },
  banner: { js: '#!/usr/bin/env node' },
});
writeFileSync(join(OUTPUT, 'package.json'), '{ "type": "commonjs" }\n');
writeFileSync(join(OUTPUT, 'LICENCES.txt'), licences(main.metafile));
writeFileSync(join(OUTPUT, 'capture-thread.js'), thread.text);
writeFileSync(join(OUTPUT, 'guard-program.js'), guard.text);
writeFileSync(join(OUTPUT, 'main.js'), launcher.text);
chmodSync(join(OUTPUT, 'main.js'), 0o755);
