/** Frames as plain objects for JSON. @module */
import type { FrameView } from '../../base/frame.ts';
import { type LinkType, linkTypeName } from '../../base/link-type.ts';
import { dissect, type Layer } from '../../dissect/index.ts';

/** One frame. All numbers are safe integers; `time` is text, which keeps nanoseconds. */
export interface JsonFrame {
  /** Seconds since 1970 with nine decimals. */
  readonly time: string;
  readonly length: number;
  readonly wireLength: number;
  readonly interfaceIndex: number;
  readonly linkType: string;
  /** `start` counts from the beginning of the frame. */
  readonly layers: readonly Layer[];
}

/** Decodes a frame, checksums included, into an object for `JSON.stringify`. */
export function frameToJson(frame: FrameView, linkType: LinkType): JsonFrame {
  const { layers } = dissect(frame, linkType, { checksums: true });
  return {
    time: `${frame.seconds}.${String(frame.nanoseconds).padStart(9, '0')}`,
    length: frame.length,
    wireLength: frame.wireLength,
    interfaceIndex: frame.interfaceIndex,
    linkType: linkTypeName(linkType),
    layers: layers.map((layer) => ({ ...layer, start: layer.start - frame.offset })),
  };
}
