import type { Finding, Machine } from '../model/machine.ts';

/** A machine after a policy has looked at it again. Findings are codes, words are the views'. */
export interface Reevaluated {
  readonly machine: Machine;
  readonly findings: readonly Finding[];
}

/** How far the write to the `reload` file got: what follows it hangs on that. */
export interface LoadProgress {
  /** The loader has stopped the machine and tried: check_bugs() of the 2020 series follows even where no CPU took the update. */
  readonly tried: boolean;
  /** A CPU runs a new revision. */
  readonly taken: boolean;
}

/** The progress of a load that worked: what a `reevaluate` event of its own assumes. */
export const TAKEN: LoadProgress = { tried: true, taken: true };
