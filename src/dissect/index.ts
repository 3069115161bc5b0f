/** Frames taken apart into layers of plain values. @module */
export { type DissectedFrame, dissect } from './dissect.ts';
export type { DataLayer, Dissection, Layer, NestedLayer, QuoteLayer, TruncatedLayer } from './layer.ts';
export type * from './layer-application.ts';
export type * from './layer-internet.ts';
export type * from './layer-link.ts';
export type { LayerPlace } from './layer-place.ts';
export type * from './layer-transport.ts';
export type { DissectOptions } from './region.ts';
