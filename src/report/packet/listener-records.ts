/** Group records of multicast listener reports: IGMPv3 and MLDv2. @module */
import type { LayerOf } from '../../dissect/index.ts';
import { nameOf } from './format.ts';
import type { Line } from './printer.ts';

const RECORD_TYPES: Readonly<Record<number, string>> = {
  1: 'is_in',
  2: 'is_ex',
  3: 'to_in',
  4: 'to_ex',
  5: 'allow',
  6: 'block',
};

/** ` [gaddr 239.1.2.3 to_ex { }]` for each record; with one `-v` the number of sources, without `-v` nothing. */
export function listenerRecordsText(records: LayerOf<'igmp'>['groups'], { names, verbosity }: Line): string {
  if (verbosity === 0) return '';
  return records
    .map(({ type, group, sources }) => {
      const head = ` [gaddr ${names.host(group)} ${nameOf(RECORD_TYPES, type, `[v3-report-#${type}]`)}`;
      if (verbosity === 1) return `${head}, ${sources.length} source(s)]`;
      return `${head} {${sources.map((source) => ` ${names.host(source)}`).join('')} }]`;
    })
    .join('');
}
