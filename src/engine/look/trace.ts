/**
 * The record of one computation: every read, and every write with the reads before it. Rows get their causes from it;
 * nothing that decides ever looks at it (reasons never steer behaviour).
 */

/** What was read: a capability bit of the kernel's words (a number), or the name of anything else. */
export type Ref = number | string;
export type Value = string | number | bigint | boolean | null;

/** The reads behind one write. `from` is the step that wrote what was read, -1 for silicon, command line and the like. */
export interface Step {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

export class Trace {
  readonly refs: Ref[] = [];
  readonly values: Value[] = [];
  readonly froms: number[] = [];
  readonly steps: Step[] = [];
  /** References to inputs that the profile does not know. */
  readonly unknown = new Set<string>();
  /** Capability bits of which the profile does not say what CPUID answers, with the reference each is reported under. */
  unknownBits: ReadonlyMap<number, string> = new Map();
  private mark = 0;

  /** Starts as a copy of another record. */
  adopt(other: Trace): void {
    // Not by spreading: a record of many events has more entries than a call may have arguments.
    for (const ref of other.refs) this.refs.push(ref);
    for (const value of other.values) this.values.push(value);
    for (const from of other.froms) this.froms.push(from);
    for (const step of other.steps) this.steps.push(step);
    for (const ref of other.unknown) this.unknown.add(ref);
    this.unknownBits = other.unknownBits;
    this.mark = this.refs.length;
  }

  /** Forgets the reads so far: what is written from here on does not rest on them. Those that no step has taken are dropped for good. */
  begin(): void {
    const taken = this.steps.length > 0 ? this.steps[this.steps.length - 1]!.end : 0;
    if (this.refs.length > taken) {
      this.refs.length = taken;
      this.values.length = taken;
      this.froms.length = taken;
    }
    this.mark = taken;
  }

  /** @returns the place of the next read, for `since` of a row that is no write. */
  here(): number {
    return this.refs.length;
  }

  read(ref: Ref, value: Value, from: number): void {
    this.refs.push(ref);
    this.values.push(value);
    this.froms.push(from);
  }

  /**
   * Records a write.
   * @param rule stable id of the rule that decided, `<what>/<where>/<why>`
   * @returns the number of the step
   */
  step(rule: string): number {
    this.steps.push({ rule, start: this.mark, end: this.refs.length });
    return this.steps.length - 1;
  }
}
