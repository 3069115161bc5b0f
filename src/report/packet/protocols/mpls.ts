/** MPLS labels. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import type { Line, Printers } from '../printer.ts';

export const mpls: Printers<'mpls'> = { mpls: { text: mplsText } };

const LABELS: Readonly<Record<number, string>> = {
  0: 'IPv4 explicit NULL',
  1: 'router alert',
  2: 'IPv6 explicit NULL',
  3: 'implicit NULL',
};

/** `MPLS (label 16, tc 0, [S], ttl 64) `; the labels of a stack follow each other. */
function mplsText(layer: LayerOf<'mpls'>, { verbosity }: Line): string {
  const separator = verbosity > 0 ? '\n\t' : ' ';
  const name = verbosity > 0 && layer.label in LABELS ? ` (${LABELS[layer.label]})` : '';
  const bottom = layer.isBottom ? ', [S]' : '';
  const label = `(label ${layer.label}${name}, tc ${layer.trafficClass}${bottom}, ttl ${layer.timeToLive})`;
  return `${layer.isTop ? 'MPLS ' : separator}${label}${layer.isBottom ? separator : ''}`;
}
