/**
 * The import rules of docs/architecture.md, section "Floors", as a machine checks them.
 * Imports go downwards only: never to a neighbour on the same floor, never in a circle; type imports count.
 */
const FLOORS = [
  ['base'],
  ['sys', 'wire', 'wasm'],
  ['bpf', 'pcap'],
  ['capture', 'netlink', 'probe'],
  ['icmp', 'tcp', 'inspect', 'smtp'],
  ['dissect', 'configure'],
  ['analyze', 'session'],
  ['report', 'lab'],
  ['service'],
  ['shell', 'web'],
  ['cli'],
];

/** Rooms with a front door. Files of floors 0 and 1 are imported directly. */
const ROOMS = FLOORS.slice(2).flat().join('|');

/** Code that the web page runs too: no Node module, no FFI. */
const PORTABLE = '^src/(base|wire|wasm|bpf|tcp|dissect|analyze|report/packet)/|^src/pcap/(?!file-)';

const floorRules = FLOORS.flatMap((folders, floor) =>
  folders.map((folder) => ({
    name: `floor-${floor}-${folder}`,
    comment: `src/${folder} stands on floor ${floor}: it imports itself and lower floors only.`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { path: '^src/', pathNot: `^src/(${[folder, ...FLOORS.slice(0, floor).flat()].join('|')})/` },
  })),
);

export default {
  forbidden: [
    ...floorRules,
    {
      name: 'library-stops-at-floor-7',
      comment: 'The library (src/index.ts) reaches floors 0 to 7 only.',
      severity: 'error',
      from: { path: '^src/index.ts$' },
      to: { path: `^src/(${FLOORS.slice(8).flat().join('|')})/` },
    },
    {
      name: 'front-doors',
      comment: 'A room above floor 1 is used through its index.ts; by portable code, pcap through portable.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: `^src/(${ROOMS})/`, pathNot: '^src/$1/|^src/[^/]+/index.ts$|^src/pcap/portable.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'one-door-to-the-kernel',
      comment: 'Only src/sys may touch FFI.',
      severity: 'error',
      from: { pathNot: '^src/sys/' },
      to: { path: 'node_modules/(koffi|raw-socket|@koromix)' },
    },
    {
      name: 'yargs-in-cli-only',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: 'node_modules/(@types/)?yargs' },
    },
    {
      name: 'portable-code-has-no-node',
      comment: 'The page opens captures with the very same code.',
      severity: 'error',
      from: { path: PORTABLE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-child-processes',
      comment:
        'No other program does the work of tapline; the user may have one follow it (docs/adr/0019), and a second tapline ' +
        'process guards changes of links (docs/adr/0021).',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/capture/rotate-hook|configure/guard-process)\\.ts$' },
      to: { path: '^(node:)?child_process$' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|build)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
