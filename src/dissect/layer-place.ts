/** What all layers have. @module */

/** Where a layer's header stands in the frame. */
export interface LayerPlace {
  readonly start: number;
  readonly headerLength: number;
}
