/**
 * Calls a filter once per frame from JavaScript. The bench loads this module anew for each filter (with a query in its
 * URL), because a real program has one or a few filters, and its call sites stay monomorphic. @module
 */

import { interpret } from '../../src/bpf/engine/interpret.ts';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';

/** Frames as three columns, so that the loop does little besides the calls. */
export interface FrameColumns {
  readonly addresses: Int32Array;
  readonly captured: Int32Array;
  readonly wire: Int32Array;
}

type MatchFrame = (address: number, captured: number, wire: number, ancillary: number) => number;

function countMatches(match: MatchFrame, { addresses, captured, wire }: FrameColumns): number {
  let kept = 0;
  for (let index = 0; index < addresses.length; index += 1) {
    const verdict = match(addresses[index] as number, captured[index] as number, wire[index] as number, 0);
    if (verdict !== 0) kept += 1;
  }
  return kept;
}

function countInterpreted(
  program: readonly BpfInstruction[],
  bytes: Uint8Array,
  { addresses, captured, wire }: FrameColumns,
): number {
  let kept = 0;
  for (let index = 0; index < addresses.length; index += 1) {
    const at = addresses[index] as number;
    if (interpret(program, bytes, at, captured[index] as number, wire[index] as number) !== 0) kept += 1;
  }
  return kept;
}

export const loops = { countMatches, countInterpreted };
