/**
 * Decodes frames into layers of plain values. This is `tapline/dissect`: portable, for Node and browsers.
 *
 * `Layer` is a union of all layers by their `kind`; `LayerOf<'tcp'>` is the type of one.
 * @module
 */

export { type DissectedFrame, type Dissection, type DissectOptions, dissect } from './dissect.ts';
export type { Layer, LayerKind, LayerOf } from './registry.ts';
