/**
 * The capture memory: one `WebAssembly.Memory` with the kernel ring, the output area and a scratch area, so that
 * JavaScript and WebAssembly code see the same frames at the same addresses without a copy
 * (docs/adr/0001-capture-memory.md). @module
 */
import { StackError } from '../base/errors.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '../sys/constants.ts';
import { requestHugePages } from '../sys/huge-pages.ts';
import { addressOf, errno, mmap } from '../sys/libc.ts';
import { syscallError } from '../sys/syscall.ts';
import { WASM_PAGE_LENGTH, type WasmMemory, webAssembly } from '../wasm/web-assembly.ts';

/** Every area starts on a WebAssembly page, a multiple of the kernel's page size. */
const PAGE = WASM_PAGE_LENGTH;
/** The output area starts on a huge page: pinning its pages for the disk then costs a fifth (bench/live/capture.ts). */
const HUGE_PAGE = 2 << 20;
const MAP_FAILED = -1n;

/** Sizes of the areas in bytes. */
export interface CaptureMemoryLayout {
  readonly ringSize: number;
  readonly outputSize: number;
}

export class CaptureMemory {
  /** For compiled code. Undefined without WebAssembly: an ordinary buffer serves JavaScript then. */
  readonly memory: WasmMemory | undefined;
  /** All of the memory. Typed arrays on it stay valid, since it never grows. */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly view: DataView;
  /** Offset of the state of the pump: one page. */
  readonly scratch: number;
  readonly ring: number;
  readonly ringSize: number;
  readonly output: number;
  readonly outputSize: number;
  #mapped = false;

  /** @throws StackError `MEMORY` if the process cannot allocate that much */
  constructor(layout: CaptureMemoryLayout) {
    this.ringSize = layout.ringSize;
    this.outputSize = roundUp(layout.outputSize, HUGE_PAGE);
    const size = PAGE + roundUp(layout.ringSize, PAGE) + HUGE_PAGE + this.outputSize;
    const api = webAssembly();
    let buffer: ArrayBuffer;
    try {
      const limits = { initial: size / PAGE, maximum: size / PAGE };
      this.memory = api === undefined ? undefined : new api.Memory(limits);
      buffer = this.memory === undefined ? new ArrayBuffer(size + PAGE) : (this.memory.buffer as ArrayBuffer);
    } catch (cause) {
      throw new StackError('MEMORY', `cannot allocate ${size} bytes of capture memory; reduce the buffer size (-B)`, {
        cause,
      });
    }
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
    const address = addressOf(this.bytes);
    this.scratch = Number(-address & BigInt(PAGE - 1));
    this.ring = this.scratch + PAGE;
    const afterRing = this.ring + layout.ringSize;
    this.output = afterRing + Number(-(address + BigInt(afterRing)) & BigInt(HUGE_PAGE - 1));
    requestHugePages(this.bytes, this.output, this.output + this.outputSize); // allocated with the first record
  }

  /**
   * Maps the ring of packet socket `fd` over the ring area.
   * @throws SyscallError `SYSCALL`
   */
  mapRing(fd: number): void {
    this.#map(MAP_SHARED | MAP_FIXED, fd, 'map the packet ring'); // the kernel maps all pages at once (af_packet.c)
    this.#mapped = true;
  }

  /** Maps zeros over the ring area: a stale view then reads zeros instead of faulting. */
  unmapRing(): void {
    if (!this.#mapped) return;
    this.#mapped = false;
    this.#map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 'release the packet ring');
  }

  #map(flags: number, fd: number, wanted: string): void {
    const address = addressOf(this.bytes) + BigInt(this.ring);
    const mapped = mmap(address, this.ringSize, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (BigInt(mapped) === MAP_FAILED) throw syscallError('mmap', errno(), wanted);
  }
}

function roundUp(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit;
}
