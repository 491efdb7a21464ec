/** Something wrong at a place in a document, before the place is written out as a path. */
export interface Finding {
  readonly code: string;
  /** Keys and indexes from the root downwards. */
  readonly steps: readonly (string | number)[];
  readonly expected: string;
  readonly got: string;
}

export type Steps = Finding['steps'];
