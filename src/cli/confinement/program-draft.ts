/** Classic BPF with labels, for seccomp(2). Assembling text would take 4 ms of the start of a command. @module */
import { BpfAlu, BpfClass, type BpfInstruction, BpfJump, BpfMode } from '../../bpf/index.ts';

/** Places in a program to jump to; all of them later in the program. */
export type Label = 'allow' | 'clone' | 'inet' | 'ioctl' | 'missing' | 'refuse' | 'socket' | 'socketpair';

/** An instruction before its jumps are linked. Without a label, the next instruction follows. */
interface DraftInstruction {
  readonly code: number;
  readonly k: number;
  readonly yes?: Label;
  readonly no?: Label;
}

const LOAD_WORD = BpfClass.ld | BpfMode.absolute;
const AND = BpfClass.alu | BpfAlu.and;
const RETURN = BpfClass.ret;
const JUMP = BpfClass.jmp | BpfJump.always;

export class ProgramDraft {
  readonly #instructions: DraftInstruction[] = [];
  readonly #labels = new Map<Label, number>();

  /** Names the next instruction. */
  label(name: Label): this {
    this.#labels.set(name, this.#instructions.length);
    return this;
  }

  /** Loads a word of the data. */
  load(offset: number): this {
    return this.#add({ code: LOAD_WORD, k: offset });
  }

  mask(bits: number): this {
    return this.#add({ code: AND, k: bits });
  }

  whenEqual(value: number, yes: Label): this {
    return this.#add({ code: BpfClass.jmp | BpfJump.equal, k: value, yes });
  }

  unlessEqual(value: number, no: Label): this {
    return this.#add({ code: BpfClass.jmp | BpfJump.equal, k: value, no });
  }

  whenAtLeast(value: number, yes: Label): this {
    return this.#add({ code: BpfClass.jmp | BpfJump.greaterOrEqual, k: value, yes });
  }

  whenAnySet(bits: number, yes: Label): this {
    return this.#add({ code: BpfClass.jmp | BpfJump.set, k: bits, yes });
  }

  jump(target: Label): this {
    return this.#add({ code: JUMP, k: 0, yes: target });
  }

  answer(result: number): this {
    return this.#add({ code: RETURN, k: result });
  }

  /** Returns the instructions. @throws RangeError for a label that is missing, or too far away for its jump */
  link(): readonly BpfInstruction[] {
    return this.#instructions.map(({ code, k, yes, no }, index) => {
      if (code === JUMP) return { code, jt: 0, jf: 0, k: this.#distance(yes, index, 0xffff_ffff) };
      return { code, jt: this.#distance(yes, index, 0xff), jf: this.#distance(no, index, 0xff), k };
    });
  }

  #add(instruction: DraftInstruction): this {
    this.#instructions.push(instruction);
    return this;
  }

  #distance(label: Label | undefined, index: number, most: number): number {
    if (label === undefined) return 0;
    const distance = (this.#labels.get(label) ?? -1) - index - 1;
    if (distance < 0 || distance > most) throw new RangeError(`no jump from instruction ${index} to ${label}`);
    return distance;
  }
}
