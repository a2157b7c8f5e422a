/**
 * The loop of a program over one block. Its shape, and the order in which terms are added, is that
 * of assembly/loops/reduce.ts, so that sums have the bits of the prepared kernels; that file says
 * why.
 */
import type { Output, Program } from "../program.js";
import { type Callee, Vectors } from "./instructions.js";
import { FORMATS, Lanes } from "./lanes.js";
import { type Code, F64, FunctionBuilder, get, I32, i32, load, scalar, simd, store, V128 } from "./wasm.js";

/**
 * How many steps functions may have that are unfolded into the code of one vector: more take longer
 * to put together and to compile than calls take, and threads are given 64 KiB at most.
 */
const MOST_STEPS = 2000;
/** Elements from which on terms are added pairwise in the computing type first. */
const PAIRWISE = 512;

/**
 * What becomes of the terms: added up, or stored in the computing type at an address that comes
 * last.
 */
export type Terms = "added" | "stored";

/** How many steps a program's functions have for one vector. */
function stepsIn({ code }: Program, functions: ReadonlyMap<string, Callee>): number {
  return code.reduce((sum, { name }) => sum + (functions.get(name)?.steps?.length ?? 0), 0);
}

export class Loop {
  private readonly fn: FunctionBuilder;
  private readonly lanes: Lanes;
  private readonly stores: readonly Output[];
  private readonly sum: Output | undefined;
  private readonly n: number;
  private readonly low: number;
  private readonly high: number;
  /** The functions of the library, by instruction; and the same where all of them are called. */
  private readonly functions: ReadonlyMap<string, Callee>;
  private readonly called: ReadonlyMap<string, Callee>;

  constructor(
    private readonly program: Program,
    functions: ReadonlyMap<string, Callee>,
    private readonly terms: Terms,
  ) {
    const { outputs, masked, operands } = program;
    this.sum = outputs.find(({ role }) => role === "sum");
    this.stores = outputs.filter(({ role }) => role === "store");
    const addresses = operands + (masked ? 1 : 0) + this.stores.length;
    this.n = addresses;
    const last = this.storesTerms ? 1 : 0;
    this.fn = new FunctionBuilder(Array<number>(addresses + 2 + last).fill(I32), [F64], this.n);
    this.lanes = new Lanes(FORMATS[program.dtype], this.fn);
    this.called = new Map([...functions].map(([name, { index }]) => [name, { index, steps: null }]));
    this.functions = stepsIn(program, functions) <= MOST_STEPS ? functions : this.called;
    this.low = this.fn.local(V128);
    this.high = this.fn.local(V128);
  }

  private get storesTerms(): boolean {
    return this.terms === "stored" && this.sum !== undefined;
  }

  private get adds(): boolean {
    return this.terms === "added" && this.sum !== undefined;
  }

  /**
   * The function: addresses of operands, mask and outputs, the count n, the address of the numbers,
   * and that of the terms.
   */
  build(): FunctionBuilder {
    const { fn, lanes, n } = this;
    const { width } = lanes.format;
    const isLeft = (count: number): Code => scalar("i32AtLeast", get(n), i32(count));
    fn.when(isLeft(this.adds ? PAIRWISE : 4 * width), () => {
      fn.loop(
        () => {
          this.eight();
        },
        isLeft(4 * width),
      );
    });
    fn.when(isLeft(width), () => {
      fn.loop(() => {
        this.single();
      }, isLeft(width));
    });
    fn.when(scalar("i32GreaterThan", get(n), i32(0)), () => {
      this.tail();
    });
    fn.push(this.adds ? lanes.total(this.low, this.high, () => fn.local(F64)) : NO_SUM);
    return fn;
  }

  /**
   * Four vectors, and four more if there are as many: their terms are added up before they are
   * added to the running sums.
   */
  private eight(): void {
    const { fn, lanes, n } = this;
    if (this.adds && this.isLong) {
      this.eightByTurns();
      return;
    }
    const four = fn.repeatable(() => this.four());
    fn.push(four.code);
    if (!this.adds) {
      this.advance(4);
      return;
    }
    const sum = fn.local(V128);
    fn.set(sum, four.result!);
    this.advance(4);
    fn.when(scalar("i32AtLeast", get(n), i32(4 * lanes.format.width)), () => {
      fn.push(four.code);
      fn.set(sum, lanes.op("Add", get(sum), four.result!));
      this.advance(4);
    });
    fn.part(() => {
      lanes.addTo(this.low, this.high, get(sum));
    });
  }

  /** Whether functions are unfolded, which makes the code of each vector long. */
  private get isLong(): boolean {
    return [...this.functions.values()].some(({ steps }) => steps !== null);
  }

  /** The same where the code of a vector is long: it is put together once. */
  private eightByTurns(): void {
    const { fn, lanes, n } = this;
    const [turn, sum, before] = [fn.local(I32), fn.local(V128), fn.local(V128)];
    const isFirst = scalar("i32LessThan", get(turn), i32(2));
    const isLeft = scalar("i32AtLeast", get(n), i32(4 * lanes.format.width));
    fn.set(turn, i32(0));
    fn.loop(
      () => {
        fn.set(before, get(sum));
        this.fourByTurns(sum);
        fn.set(turn, scalar("i32Add", get(turn), i32(1)));
      },
      scalar("i32And", isFirst, isLeft),
    );
    fn.when(scalar("i32AtLeast", get(turn), i32(2)), () => {
      fn.set(sum, lanes.op("Add", get(before), get(sum)));
    });
    fn.part(() => {
      lanes.addTo(this.low, this.high, get(sum));
    });
  }

  private fourByTurns(sum: number): void {
    const { fn, lanes } = this;
    // A word of halves has two vectors already.
    const [each, vectors] = lanes.format.half ? [2, () => this.word(0)] : [1, () => this.full(0)];
    const { code, result } = fn.repeatable(vectors);
    const pair = fn.local(V128);
    for (let done = 0; done < 4; done += each) {
      const [target, isNew] = done < 2 ? [sum, done === 0] : [pair, done === 2];
      fn.push(code);
      fn.set(target, isNew ? result! : lanes.op("Add", get(target), result!));
      this.advance(each);
    }
    fn.set(sum, lanes.op("Add", get(sum), get(pair)));
  }

  /** The sum of the terms of four vectors. */
  private four(): Code | null {
    const pair = (first: number): Code | null => {
      if (this.lanes.format.half) return this.word(first * 8);
      const { step } = this.lanes;
      return this.plus(this.full(first * step), this.full((first + 1) * step));
    };
    return this.plus(pair(0), pair(2));
  }

  private plus(a: Code | null, b: Code | null): Code | null {
    return this.adds ? this.fn.keep(this.lanes.op("Add", a!, b!)) : null;
  }

  /** One vector in the middle of a block: elements that fill it. Gives the terms. */
  private full(offset: number, functions = this.functions): Code | null {
    const { fn, lanes } = this;
    const { half, width, size } = lanes.format;
    const index = offset / size;
    const vectors = this.vectors(
      (operand) =>
        half ? lanes.decode(load("load64Zero", get(operand), offset)) : load("load", get(operand), offset),
      functions,
    );
    const chosen = this.maskAddress((address) => lanes.mask(address, index));
    const stored = this.stores.map((output) => fn.keep(this.selected(vectors.output(output), chosen)));
    const term = this.sum && fn.keep(this.selected(vectors.output(this.sum), chosen));
    stored.forEach((value, i) => {
      fn.push(lanes.store(get(this.outputAt(i)), offset, value));
    });
    if (this.storesTerms) fn.push(store(get(this.termsAt), (index / width) * 16, term!));
    return term ?? null;
  }

  /** The two vectors of one word of halves. */
  private word(offset: number): Code | null {
    const { fn, lanes } = this;
    const words = new Map<number, Code>();
    const wordOf = (operand: number): Code => {
      let word = words.get(operand);
      if (!word) words.set(operand, (word = fn.keep(load("load", get(operand), offset))));
      return word;
    };
    const masks = this.maskAddress((address) => lanes.wordMasks(address, offset / 2));
    const [even, odd] = [0, 1].map((i) => {
      const vectors = this.vectors((operand) =>
        i === 0 ? lanes.evens(wordOf(operand)) : lanes.odds(wordOf(operand)),
      );
      const of = (output: Output): Code => fn.keep(this.selected(vectors.output(output), masks?.[i] ?? null));
      return { stored: this.stores.map(of), term: this.sum && of(this.sum) };
    });
    even.stored.forEach((value, i) => {
      fn.push(store(get(this.outputAt(i)), offset, lanes.word(value, odd.stored[i])));
    });
    if (!this.sum) return null;
    const [a, b] = [even.term!, odd.term!];
    if (this.storesTerms) {
      for (const i of [0, 1] as const) {
        fn.push(store(get(this.termsAt), 2 * offset + 16 * i, lanes.byTurns(a, b, i)));
      }
    }
    return this.plus(a, b);
  }

  /** One of the last full vectors, whose terms go into the running sums directly. */
  private single(): void {
    this.fn.part(() => {
      const term = this.full(0, this.called);
      if (this.adds) this.lanes.addTo(this.low, this.high, term!);
    });
    this.advance(1);
  }

  /** The last n elements, which do not fill a vector. */
  private tail(): void {
    const { fn, lanes } = this;
    const k = get(this.n);
    const vectors = this.vectors((operand) => lanes.loadTail(get(operand), k), this.called);
    const chosen = this.maskAddress((address) => fn.keep(lanes.maskTail(address, k)));
    const stored = this.stores.map((output) => fn.keep(this.selected(vectors.output(output), chosen)));
    const term = this.sum && fn.keep(this.selected(vectors.output(this.sum), chosen));
    stored.forEach((value, i) => {
      lanes.storeTail(get(this.outputAt(i)), value, k);
    });
    if (!this.sum) return;
    if (this.storesTerms) lanes.storeWideTail(get(this.termsAt), term!, k);
    else {
      // What is in the other lanes is no element: a term need not be 0 there.
      const own = chosen ? term! : fn.keep(simd("and", term!, lanes.firstLanes(k)));
      lanes.addTo(this.low, this.high, own);
    }
  }

  private vectors(read: (operand: number) => Code, functions = this.functions): Vectors {
    return new Vectors(this.program, this.fn, this.lanes, functions, (i) => this.number(i), read);
  }

  private number(index: number): Code {
    return this.fn.once(`number ${index}`, () => load("load", get(this.n + 1), 16 * index));
  }

  private maskAddress<R>(read: (address: Code) => R): R | null {
    return this.program.masked ? read(get(this.program.operands)) : null;
  }

  private selected(value: Code, chosen: Code | null): Code {
    return chosen ? simd("and", value, chosen) : value;
  }

  private outputAt(index: number): number {
    return this.program.operands + (this.program.masked ? 1 : 0) + index;
  }

  private get termsAt(): number {
    return this.n + 2;
  }

  /** Moves on by so many vectors. */
  private advance(count: number): void {
    const { lanes, n } = this;
    const elements = count * lanes.format.width;
    for (let address = 0; address < n; address++) {
      const isMask = this.program.masked && address === this.program.operands;
      this.add(address, isMask ? elements : count * lanes.step);
    }
    if (this.storesTerms) this.add(this.termsAt, 16 * count);
    this.add(n, -elements);
  }

  private add(local: number, change: number): void {
    this.fn.set(local, scalar("i32Add", get(local), i32(change)));
  }
}

const NO_SUM: Code = [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
